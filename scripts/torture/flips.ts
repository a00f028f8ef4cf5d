/** Random bytes of a recording overwritten, read in a process of its own: no more than bytes, where `fuzz` knows their meaning. */

import { chance } from '../../packages/core/test/badluck/chance.ts'
import { flipRun } from '../../packages/core/test/badluck/flips.ts'
import type { Torture } from './torture.ts'

const RUNS = 200
const QUICK_RUNS = 1
const COPIES = 100
const QUICK_COPIES = 10

/** See above. */
export const flips: Torture = {
  name: 'flips',
  about: 'random bytes overwritten, 200 times 100 copies',
  async run({ seed, isQuick, runs = isQuick ? QUICK_RUNS : RUNS, tell }) {
    const random = chance(seed)
    const copies = isQuick ? QUICK_COPIES : COPIES
    const faults: string[] = []
    for (let run = 0; run < runs; run++) {
      const verdict = await flipRun(Math.floor(random() * 2 ** 32), copies)
      faults.push(...verdict.faults)
      tell(`${run + 1}/${runs} ${verdict.line}`)
    }
    return { figures: `${runs * copies} damaged copies read`, faults }
  },
}
