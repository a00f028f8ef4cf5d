/** How far the clocks of processes are apart, for people. */

import type { ClockSkew, RecordingStatus } from '@cinescope/core'
import { type Line, styled } from './styled.ts'
import { counted } from './units.ts'

/** A line for each two processes that sent each other something; times are shown as they were told. */
export function skewLines(skews: readonly ClockSkew[], { parts = [] }: RecordingStatus): Line[] {
  const names = new Map(parts.map(({ status: { process } }) => [process.node, `${process.service} (${process.pid})`]))
  const nameOf = (node: ClockSkew['from']): string => names.get(node) ?? node
  return skews.map((skew) => [
    styled(
      'dim',
      `clocks: that of ${nameOf(skew.to)} is ${skewText(skew)} that of ${nameOf(skew.from)}, by ${counted(skew.messages, 'message')}`,
    ),
  ])
}

/** `between 1.2 ms behind and 0.3 ms ahead of`, and what is said where a bound is missing or contradicted. */
export function skewText({ lowMs, highMs }: Pick<ClockSkew, 'lowMs' | 'highMs'>): string {
  if (lowMs !== undefined && highMs !== undefined && lowMs > highMs)
    return `not steady (${side(highMs)} and ${side(lowMs)}) against`
  if (lowMs === undefined) return highMs === undefined ? 'not known against' : `at most ${side(highMs)}`
  if (highMs === undefined) return `at least ${side(lowMs)}`
  return `between ${side(lowMs)} and ${side(highMs)}`
}

function side(ms: number): string {
  const size = Math.abs(ms) >= 1000 ? `${(Math.abs(ms) / 1000).toFixed(3)} s` : `${Math.abs(ms).toFixed(3)} ms`
  return `${size} ${ms < 0 ? 'behind' : 'ahead of'}`
}
