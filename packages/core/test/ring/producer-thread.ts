/** A producer at full speed: the other thread of the ring's stress test. */

import { parentPort, workerData } from 'node:worker_threads'
import type { RingMemory } from '../../src/ring/memory.ts'
import { RingProducer } from '../../src/ring/producer.ts'
import { offer, ORDINARY, PRIORITY, ROOM } from './ring-fixture.ts'

const { memory, records, first } = workerData as { memory: RingMemory; records: number; first: number }
const ring = new RingProducer(memory)
ring.seq = first
for (let i = 0; i < records; i++) {
  const priority = i % 5 === 0
  offer(ring, priority ? PRIORITY : ORDINARY, priority, i % 3 === 0 ? ((i * 7) % ROOM) + 1 : undefined)
}
parentPort?.postMessage({ offered: ring.seq - first, refused: ring.refused, valuesLost: ring.valuesLost })
