import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { allocateRing, type RingMemory } from '../../src/ring/memory.ts'
import { RingProducer } from '../../src/ring/producer.ts'
import { wakeWriter } from '../../src/ring/wake.ts'
import { offer, ORDINARY } from './ring-fixture.ts'

/** Longer than any test may take. */
const FOR_EVER = 600_000

interface Sleeping {
  readonly producer: RingProducer
  readonly wake: Int32Array
  /** Waits until so many records were taken. */
  taken(count: number): Promise<void>
  readonly ended: Promise<{ readonly looks: number; readonly slept: number }>
}

function fallAsleep({
  shortMs,
  longMs,
  sleeps = Infinity,
}: {
  shortMs: number
  longMs: number
  sleeps?: number
}): Sleeping {
  const memory: RingMemory = allocateRing({ strategy: 'drop', records: 1024, arenaBytes: 1024 })
  const told = new SharedArrayBuffer(4)
  const words = new Int32Array(told)
  const worker = new Worker(new URL('./sleeping-thread.ts', import.meta.url), {
    workerData: { memory, shortMs, longMs, told, sleeps },
    execArgv: ['--conditions=@cinescope/source'],
  })
  const ended = once(worker, 'message').then(([message]) => message as { looks: number; slept: number })
  return {
    producer: new RingProducer(memory),
    wake: new Int32Array(memory.wake),
    ended,
    async taken(count) {
      for (let seen = Atomics.load(words, 0); seen < count; seen = Atomics.load(words, 0))
        await Atomics.waitAsync(words, 0, seen).value
    },
  }
}

describe('a writer that sleeps', () => {
  it('takes every record that comes while it falls asleep or sleeps, whatever the moment', async () => {
    const { producer, wake, taken, ended } = fallAsleep({ shortMs: 1, longMs: FOR_EVER })
    for (let i = 1; i <= 2000; i++) {
      // from before it has said that it sleeps until long after
      const until = performance.now() + (i % 40) / 10
      while (performance.now() < until);
      offer(producer, ORDINARY, false, undefined)
      await taken(i)
    }
    wakeWriter(wake)
    await ended
  })

  it.each([
    ['falls asleep', FOR_EVER],
    ['sleeps long', 1],
  ])('is woken at once by what is asked while it %s', async (_when, shortMs) => {
    const { producer, wake, taken, ended } = fallAsleep({ shortMs, longMs: FOR_EVER })
    // there before it looks first
    offer(producer, ORDINARY, false, undefined)
    await taken(1)
    await setTimeout(50)
    wakeWriter(wake)
    await ended
  })

  it('looks no more often than it has to while nothing happens', async () => {
    const { ended } = fallAsleep({ shortMs: 1, longMs: 20, sleeps: 20 })
    expect(await ended).toEqual({ looks: 1, slept: 20 })
  })
})
