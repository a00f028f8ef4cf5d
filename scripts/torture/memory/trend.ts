/** What grows with the requests: a straight line through samples. */

import type { Sample } from './server-process.ts'

/** Bytes a request of one figure, over the second half of the samples: the first half is what the compiler and caches take. */
export function slopeOf(samples: readonly Sample[], figure: 'rss' | 'heapUsed' | 'external'): number {
  const late = samples.slice(samples.length >> 1)
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
  const x = mean(late.map(({ requests }) => requests))
  const y = mean(late.map((sample) => sample[figure]))
  let over = 0
  let under = 0
  for (const sample of late) {
    over += (sample.requests - x) * (sample[figure] - y)
    under += (sample.requests - x) ** 2
  }
  return under === 0 ? 0 : over / under
}

/** The largest of a figure. */
export function mostOf(samples: readonly Sample[], figure: 'rss' | 'heapUsed'): number {
  return Math.max(...samples.map((sample) => sample[figure]))
}
