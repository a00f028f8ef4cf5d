/** Two hours at 5,000 events a second, compressed, under a budget of 200 MB, while two processes read all the time. See docs/torture.md. */

import { budgetRun, type BudgetVerdict } from '../../packages/core/test/badluck/budget.ts'
import { steadyGrowth } from './growth.ts'
import type { Torture } from './torture.ts'

const FULL = { maxBytes: 200_000_000, events: 36_000_000 }
const QUICK = { maxBytes: 20_000_000, events: 900_000 }
/** A byte that stays behind at each event is 13 MB in the second half of the time in which retention is at work. */
const MAX_RSS_GROWTH = 8_388_608
/** More than before the first event, whatever it is: the ring, the writer's heap and buffers, what the allocator keeps. As in `memory`. */
const MAX_RSS_MORE = 134_217_728

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
      const { events, pruned, dropped, most, rss, reader, samples, questions, seconds } = verdict
      faults.push(...verdict.faults, ...(isQuick ? [] : memoryFaults(verdict)))
      figures.push(
        `${events} events in ${Math.round(seconds)} s, ${pruned} pruned, ${dropped} dropped; of ${mb(order.maxBytes)} file and log took ${mb(most.sum)} at most (${mb(most.file)}, ${mb(most.log)}) in ${samples} looks; ${memoryText('writer', rss.samples)}, ${mb(rss.before)} before; ${memoryText('open reader', reader.rss)}, ${reader.tailed} events tailed; ${questions} questions meanwhile`,
      )
    }
    return { figures: figures.join('; '), faults }
  },
}

function memoryFaults({ rss, reader }: BudgetVerdict): string[] {
  const faults: string[] = []
  for (const [who, samples] of Object.entries({ writer: rss.samples, 'open reader': reader.rss })) {
    const growth = steadyGrowth(samples)
    if (Number.isNaN(growth)) faults.push(`too few looks at the memory of the ${who}: ${samples.length}`)
    if (growth > MAX_RSS_GROWTH) faults.push(`resident memory of the ${who} grew by ${mb(growth)}, all the time`)
  }
  const more = Math.max(...rss.samples) - rss.before
  if (more > MAX_RSS_MORE) faults.push(`the writer took ${mb(more)} more than before the first event`)
  return faults
}

function memoryText(who: string, samples: readonly number[]): string {
  const [middle = 0, last = 0] = [samples[samples.length >> 1], samples.at(-1)]
  const growth = steadyGrowth(samples)
  const steady = Number.isNaN(growth) ? '' : `, ${mb(Math.max(0, growth))} of it all the time`
  return `rss of the ${who} ${mb(middle)}, then ${mb(last)}${steady}`
}

function mb(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}
