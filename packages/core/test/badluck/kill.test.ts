import { describe, expect, it } from 'vitest'
import { type KillMode, killOnce, verdictLine } from './kill.ts'

const RUNS: readonly (readonly [KillMode, number])[] = [
  ['steady', 40],
  ['steady', 777],
  ['blocked', 650],
  ['blocked', 1400],
  ['pruned', 2100],
]

describe('kill -9 under load', () => {
  it.for(RUNS)(
    'leaves a sound recording of all but the last 500 ms: %s, %d ms',
    { timeout: 60_000 },
    async ([mode, afterMs]) => {
      const verdict = await killOnce(mode, afterMs * (0.8 + Math.random() * 0.4))
      expect(verdict.faults, verdictLine(verdict)).toEqual([])
    },
  )
})
