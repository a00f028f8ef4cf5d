/** A producer at full speed: the other thread of the ring's stress test. */

import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import type { RingMemory } from '../../src/ring/memory.ts'
import { RingProducer } from '../../src/ring/producer.ts'
import { offer, ORDINARY, PRIORITY, ROOM } from './ring-fixture.ts'

interface Given {
  readonly memory: RingMemory
  readonly records: number
  readonly first: number
  /** Where rings that are added are posted. */
  readonly rings: MessagePort
}

const { memory, records, first, rings } = workerData as Given
const ring = new RingProducer(memory, (grown) => rings.postMessage(grown))
ring.seq = first
/** So often it is looked, by one that grows, whether it may shrink. */
const LOOK_EVERY = 5000
/** A ring that drops fills in no time: the race is on only once the other thread has made room many times. */
const least = memory.options.records * 20
for (let i = 0, accepted = 0; i < records || accepted < least; i++) {
  const priority = i % 5 === 0
  const value = i % 3 === 0 ? ((i * 7) % ROOM) + 1 : undefined
  if (offer(ring, priority ? PRIORITY : ORDINARY, priority, value)) accepted++
  if (i % LOOK_EVERY === 0) ring.giveBack()
}
rings.close()
parentPort?.postMessage({ offered: ring.seq - first, refused: ring.refused, valuesLost: ring.valuesLost })
