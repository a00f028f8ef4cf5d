/** Pauses of V8's collector. */

import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks'
import { Attributes } from '../../value/attributes.ts'
import type { TellMetric } from './vitals.ts'

const PAUSE = ['v8js.gc.type'] as const
const TYPES: Readonly<Record<number, string>> = {
  [constants.NODE_PERFORMANCE_GC_MINOR]: 'minor',
  [constants.NODE_PERFORMANCE_GC_MAJOR]: 'major',
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: 'incremental',
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: 'weakcb',
}

/** Sums pauses; tells of long ones each. */
export class CollectorWatch {
  readonly #observer: PerformanceObserver
  #sumMs = 0

  /** `pauseMs`: from which length on a pause is told by itself. */
  constructor(tell: TellMetric, pauseMs: number) {
    this.#observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        this.#sumMs += entry.duration
        if (entry.duration >= pauseMs)
          tell('v8js.gc.duration', entry.duration / 1000, new Attributes(PAUSE, [typeOf(entry)]))
      }
    })
    this.#observer.observe({ entryTypes: ['gc'] })
  }

  /** Milliseconds of pauses since the last call. */
  takeMs(): number {
    const sum = this.#sumMs
    this.#sumMs = 0
    return sum
  }

  stop(): void {
    this.#observer.disconnect()
  }
}

function typeOf(entry: PerformanceEntry): string {
  const { kind } = (entry as { readonly detail?: { readonly kind?: number } }).detail ?? {}
  return (kind === undefined ? undefined : TYPES[kind]) ?? 'unknown'
}
