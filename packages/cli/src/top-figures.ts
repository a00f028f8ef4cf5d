/** The figures of `cinescope top`, asked of a recording again and again. */

import type { AggregateGroup, OpenRecording } from '@cinescope/core'
import { type Anchor, wallMs } from '@cinescope/protocol'

/** What is told of a route over some time. */
export interface RouteFigures {
  readonly count: number
  readonly perSecond: number
  readonly errors: number
  readonly p50Ms: number | undefined
  readonly p99Ms: number | undefined
}

/** A route. */
export interface Route {
  readonly route: string
  /** In the window; undefined when nothing came. */
  readonly now: RouteFigures | undefined
  /** Since the start. */
  readonly all: RouteFigures
}

/** One look. */
export interface Look {
  readonly at: number
  readonly service: string
  readonly pid: number
  readonly state: 'live' | 'closed' | 'interrupted'
  readonly windowMs: number
  readonly uptimeMs: number
  /** Films were not sampled or not kept, and are in no figure. */
  readonly isOfKeptOnly: boolean
  /** Those with most requests in the window first, then those with most at all. */
  readonly routes: readonly Route[]
  readonly loopDelayMaxMs: number | undefined
  readonly rssBytes: number | undefined
}

const WHERE = { kinds: ['request'] as const }
const QUANTILES = [0.5, 0.99] as const
const MOST_ROUTES = 200
/** Figures of a long recording are asked anew when so many times has passed as they took. */
const RARER = 4

/** See above. */
export class TopFigures {
  readonly #recording: OpenRecording
  readonly #windowMs: number
  #all: readonly AggregateGroup[] = []
  /** Over so long. */
  #allMs = 0
  #allDue = 0

  constructor(recording: OpenRecording, windowMs: number) {
    this.#recording = recording
    this.#windowMs = windowMs
  }

  /** The figures at `nowMs`; of a recording that has ended, at its end. */
  async look(nowMs: number): Promise<Look> {
    const { process, state } = await this.#recording.status()
    const last = await this.#last(process.anchor)
    const at = state === 'live' ? nowMs : last.at
    // by the process's own clock: the other may have been set
    const uptimeMs = Math.max(1, last.uptimeMs + Math.max(0, at - last.at))
    const windowMs = Math.min(this.#windowMs, uptimeMs)
    // what a clock that was set back has dated later is no news
    const when = { from: wallMs(at - windowMs), to: wallMs(at + 1) }
    const recent = await this.#groups({ kinds: [...WHERE.kinds], ...when })
    await this.#askAll(uptimeMs)
    const vitals = await this.#recording.aggregate({
      where: { kinds: ['metric'], ...when },
      by: 'site',
      measure: 'number',
      quantiles: [],
    })
    const vital = (name: string): number | undefined => vitals.groups.find(({ key }) => key === name)?.max
    const { notKept, sampledOut } = await this.#recording.ledger()
    const delay = vital('nodejs.eventloop.delay.max')
    return {
      at,
      service: process.service,
      pid: process.pid,
      state,
      windowMs,
      uptimeMs,
      isOfKeptOnly: notKept + sampledOut > 0,
      routes: this.#routes(recent, windowMs),
      loopDelayMaxMs: delay === undefined ? undefined : delay * 1000,
      rssBytes: vital('process.memory.usage'),
    }
  }

  #routes(recent: readonly AggregateGroup[], windowMs: number): Route[] {
    const now = new Map(recent.map((group) => [group.key ?? '-', figuresOf(group, windowMs)]))
    const all = new Map(this.#all.map((group) => [group.key ?? '-', figuresOf(group, this.#allMs)]))
    const names = new Set([...now.keys(), ...all.keys()])
    return Array.from(names, (route) => {
      const own = now.get(route)
      // one that is new since all were asked
      return { route, now: own, all: all.get(route) ?? own! }
    })
      .toSorted((a, b) => (b.now?.count ?? 0) - (a.now?.count ?? 0) || b.all.count - a.all.count)
      .slice(0, MOST_ROUTES)
  }

  async #askAll(uptimeMs: number): Promise<void> {
    const started = performance.now()
    if (started < this.#allDue) return
    this.#all = await this.#groups({ kinds: [...WHERE.kinds] })
    this.#allMs = uptimeMs
    const now = performance.now()
    this.#allDue = now + (now - started) * RARER
  }

  async #groups(
    where: NonNullable<Parameters<OpenRecording['aggregate']>[0]>['where'] & object,
  ): Promise<readonly AggregateGroup[]> {
    return (await this.#recording.aggregate({ where, by: 'route', quantiles: [...QUANTILES], limit: 1000 })).groups
  }

  /** When the last event ended, by the wall clock and since the start; the start where there is none. */
  async #last(anchor: Anchor): Promise<{ readonly at: number; readonly uptimeMs: number }> {
    const { items } = await this.#recording.events({ order: '-time', limit: 1, values: false })
    const [last] = items
    if (last === undefined) return { at: anchor.wallMs, uptimeMs: 0 }
    const tookMs = (last.durationNs ?? 0) / 1e6
    return { at: last.at + tookMs, uptimeMs: (last.atNs - anchor.atNs) / 1e6 + tookMs }
  }
}

function figuresOf({ count, errors, quantiles: [p50Ms, p99Ms] }: AggregateGroup, overMs: number): RouteFigures {
  return { count, errors, perSecond: count / (Math.max(1, overMs) / 1000), p50Ms, p99Ms }
}
