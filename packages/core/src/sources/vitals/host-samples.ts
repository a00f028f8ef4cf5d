/** Samples of the process, often while it works and seldom while it does not. */

import { type EventLoopUtilization, performance } from 'node:perf_hooks'
import { getHeapSpaceStatistics } from 'node:v8'
import { isMainThread } from 'node:worker_threads'
import { Attributes } from '../../value/attributes.ts'
import type { CollectorWatch } from './collector-watch.ts'
import type { LoopWatch } from './loop-watch.ts'
import type { TellMetric } from './vitals.ts'

/** While no film begins, samples are so many times as seldom. */
const IDLE_FACTOR = 30
/** Types of handles and requests that are told apart. */
const MAX_TYPES = 32

/** What is sampled, and how often. */
export interface HostSampling {
  readonly everyMs: number
  readonly loop: LoopWatch
  readonly collector: CollectorWatch
}

/** See the file's first line. */
export class HostSamples {
  readonly #tell: TellMetric
  readonly #sampling: HostSampling
  #timer: NodeJS.Timeout
  #last: EventLoopUtilization = performance.eventLoopUtilization()

  constructor(tell: TellMetric, sampling: HostSampling) {
    this.#tell = tell
    this.#sampling = sampling
    this.#timer = this.#next()
  }

  /** A film has begun: what comes now is looked at more often. */
  wake(): void {
    clearTimeout(this.#timer)
    this.#timer = this.#next()
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  #next(): NodeJS.Timeout {
    const { everyMs, loop } = this.#sampling
    return setTimeout(() => this.#sample(), loop.isAwake ? everyMs : everyMs * IDLE_FACTOR).unref()
  }

  #sample(): void {
    this.#timer = this.#next()
    const now = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(now, this.#last)
    this.#last = now
    const { loop, collector } = this.#sampling
    const { maxMs, meanMs } = loop.take()
    const tell = this.#tell
    tell('nodejs.eventloop.utilization', utilization)
    tell('nodejs.eventloop.delay.max', maxMs / 1000)
    tell('nodejs.eventloop.delay.mean', meanMs / 1000)
    tell('cinescope.v8js.gc.time', collector.takeMs() / 1000)
    // it is the process's, not the thread's
    if (isMainThread) tell('process.memory.usage', process.memoryUsage.rss())
    this.#heap()
    this.#handles()
  }

  #heap(): void {
    const spaces = getHeapSpaceStatistics()
    const used = spaces.reduce((sum, space) => sum + space.space_used_size, 0)
    const value = new Attributes(
      spaces.map((space) => space.space_name),
      spaces.map((space) => space.space_used_size),
    )
    this.#tell('v8js.memory.heap.used', used, value)
  }

  #handles(): void {
    const types = process.getActiveResourcesInfo()
    const counts = new Map<string, number>()
    for (const type of types)
      if (counts.has(type) || counts.size < MAX_TYPES) counts.set(type, (counts.get(type) ?? 0) + 1)
    this.#tell(
      'cinescope.process.active_resources',
      types.length,
      new Attributes([...counts.keys()], [...counts.values()]),
    )
  }
}
