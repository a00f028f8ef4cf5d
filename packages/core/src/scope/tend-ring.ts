/** Giving back what a ring has grown by. */

import type { RingProducer } from '../ring/producer.ts'

/** What was added is given back at the second look at which it was not needed: 5 to 10 s after it was. */
const LOOK_EVERY_MS = 5000

/** Looks now and then, where a ring may grow, whether it may shrink. Returns what ends that. */
export function tendRing(ring: RingProducer): () => void {
  if (!ring.grows) return () => undefined
  const timer = setInterval(() => ring.giveBack(), LOOK_EVERY_MS).unref()
  return () => clearInterval(timer)
}
