/** A writer that does nothing but sleep: tells how often it has slept, had work, and looked whether it has. */

import { parentPort, workerData } from 'node:worker_threads'
import { RingConsumer } from '../../src/ring/consumer.ts'
import type { RingMemory } from '../../src/ring/memory.ts'
import { Sleep } from '../../src/ring/wake.ts'
import { CheckingSink } from './ring-fixture.ts'

interface Given {
  readonly memory: RingMemory
  readonly shortMs: number
  readonly longMs: number
  /** Records consumed and sleeps ended, for the other thread. */
  readonly told: SharedArrayBuffer
  /** It ends after so many sleeps, or when something is asked. */
  readonly sleeps: number
}

const { memory, shortMs, longMs, told, sleeps } = workerData as Given
const consumer = new RingConsumer(memory)
const sink = new CheckingSink({ after: 0, keeps: false })
const words = new Int32Array(told)
const sleep = new Sleep(memory.wake)
const { asked } = sleep
let looks = 0
let slept = 0
while (slept < sleeps && sleep.asked === asked) {
  while (consumer.drain(sink, 1000) > 0);
  Atomics.store(words, 0, sink.records)
  Atomics.notify(words, 0)
  const hasWork = (): boolean => {
    looks++
    return consumer.backlog() > 0
  }
  sleep.long(asked, { shortMs, longMs, hasWork })
  slept++
}
parentPort?.postMessage({ looks, slept })
