/** Two hours at 5,000 events a second, compressed, under a budget of 200 MB, while two processes read all the time. See docs/torture.md. */

import { budgetRun } from '../../packages/core/test/badluck/budget.ts'
import type { Torture } from './torture.ts'

const FULL = { maxBytes: 200_000_000, events: 36_000_000 }
const QUICK = { maxBytes: 20_000_000, events: 900_000 }
/** Allocators take and return memory by the megabyte; a byte that stays behind each event would be 10 MB. */
const MAX_RSS_GROWTH = 8_388_608

/** See above. */
export const budget: Torture = {
  name: 'budget',
  about: 'two hours of events within 200 MB, read meanwhile',
  async run({ isQuick, runs = 1, tell }) {
    const figures: string[] = []
    const faults: string[] = []
    const order = isQuick ? QUICK : FULL
    for (let run = 0; run < runs; run++) {
      const verdict = await budgetRun({ ...order, tell })
      const { events, pruned, dropped, most, rss, samples, questions, seconds } = verdict
      faults.push(...verdict.faults)
      const growth = rss.late - rss.early
      if (!isQuick && growth > MAX_RSS_GROWTH) faults.push(`resident memory grew by ${mb(growth)}`)
      figures.push(
        `${events} events in ${Math.round(seconds)} s, ${pruned} pruned, ${dropped} dropped; of ${mb(order.maxBytes)} file and log took ${mb(most.sum)} at most (${mb(most.file)}, ${mb(most.log)}) in ${samples} looks; rss ${mb(rss.early)}, then ${mb(rss.late)}; ${questions} questions meanwhile`,
      )
    }
    return { figures: figures.join('; '), faults }
  },
}

function mb(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}
