/** A producer at full speed: the other thread of the ring's stress test. */

import { parentPort, workerData } from 'node:worker_threads'
import type { RingMemory } from '../../src/ring/memory.ts'
import { RingProducer } from '../../src/ring/producer.ts'
import { offer, ORDINARY, PRIORITY, ROOM } from './ring-fixture.ts'

const { memory, records, first } = workerData as { memory: RingMemory; records: number; first: number }
const ring = new RingProducer(memory)
ring.seq = first
/** A ring that drops fills in no time: the race is on only once the other thread has made room many times. */
const least = memory.options.records * 20
for (let i = 0, accepted = 0; i < records || accepted < least; i++) {
  const priority = i % 5 === 0
  const value = i % 3 === 0 ? ((i * 7) % ROOM) + 1 : undefined
  if (offer(ring, priority ? PRIORITY : ORDINARY, priority, value)) accepted++
}
parentPort?.postMessage({ offered: ring.seq - first, refused: ring.refused, valuesLost: ring.valuesLost })
