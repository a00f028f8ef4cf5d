/** Recorded errors as text: message, where it was thrown, and the chain of causes. */

import { Special } from '@cinescope/protocol'
import { inline } from './value-text.ts'

/** One error of a chain. */
export interface ErrorText {
  /** `TypeError: x is not a function`. */
  readonly message: string
  /** The first frame in code of the user's own, else the first; undefined when there is no stack. */
  readonly place: string | undefined
  /** All frames. */
  readonly frames: readonly string[]
}

const MAX_CHAIN = 32

/** The error that was recorded and its causes, outermost first. Anything can be thrown, so anything is accepted. */
export function errorChain(value: unknown): ErrorText[] {
  const chain: ErrorText[] = []
  let next: unknown = value
  while (next !== undefined && chain.length < MAX_CHAIN) {
    const isError = next instanceof Special && 'message' in next.members
    chain.push(isError ? describe(next as Special) : { message: inline(next, 500), place: undefined, frames: [] })
    next = isError ? (next as Special).members['cause'] : undefined
  }
  return chain
}

function describe({ type, members }: Special): ErrorText {
  const { message, code } = members
  const frames = framesOf(textOf(members['stack']))
  const own = frames.find((frame) => /[/\\]/.test(frame) && !/node_modules|\bnode:/.test(frame))
  const suffix = typeof code === 'string' && code !== '' ? ` (${code})` : ''
  return { message: `${type}: ${textOf(message) ?? inline(message, 500)}${suffix}`, place: own ?? frames[0], frames }
}

function framesOf(stack: string | undefined): string[] {
  return (stack ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('at '))
    .map((line) => shortPlace(line.slice(3)))
}

/** A string, or the prefix of one that was cut. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  const text = value instanceof Special && value.type === 'cut' ? value.members['text'] : undefined
  return typeof text === 'string' ? text : undefined
}

/** A path without the working directory and `file://`. */
export function shortPlace(place: string, directory: string = process.cwd()): string {
  return place.replaceAll('file://', '').replaceAll(`${directory}/`, '')
}
