/** kill -9 at a random moment of a program under load: what is left must be sound, and all but the last half second there. */

import { chance } from '../../packages/core/test/badluck/chance.ts'
import { type KillMode, killOnce, verdictLine } from '../../packages/core/test/badluck/kill.ts'
import type { Torture } from './torture.ts'

const MODES: readonly KillMode[] = ['steady', 'blocked', 'pruned', 'steady']
const LONGEST_LIFE_MS = 2500
const RUNS = 200
const QUICK_RUNS = 1

/** See above. */
export const kill: Torture = {
  name: 'kill',
  about: 'kill -9 under load, 200 times',
  async run({ seed, isQuick, runs = isQuick ? QUICK_RUNS : RUNS, tell }) {
    const random = chance(seed)
    const faults: string[] = []
    let stored = 0
    for (let run = 0; run < runs; run++) {
      const verdict = await killOnce(MODES[run % MODES.length]!, random() * LONGEST_LIFE_MS)
      stored += verdict.stored
      for (const fault of verdict.faults) faults.push(`run ${run + 1}: ${fault}`)
      tell(`${run + 1}/${runs} ${verdictLine(verdict)}`)
    }
    return { figures: `${runs} kills, ${stored} events found and recounted`, faults }
  },
}
