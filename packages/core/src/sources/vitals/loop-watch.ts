/** How late the event loop is, and what kept it. */

import { performance } from 'node:perf_hooks'
import { FLAG, KINDS } from '@cinescope/protocol'
import type { Probe } from '../../capture/probe.ts'
import type { Span } from '../../capture/span.ts'
import { Attributes } from '../../value/attributes.ts'
import { guarded } from '../owner.ts'

const LOOK_EVERY_MS = 100
/** So long after the last film began nobody looks any more: ten wake-ups a second are much for an idle process. */
const AWAKE_MS = 2000
const BLOCKED = ['cinescope.eventloop.blocked_ms', 'cinescope.rule'] as const
const LAST_ENTERED = 'the span that was entered last while the loop was away'
/** Before the loop was seen to be away it may have been so for a little. */
const MARGIN_NS = 1e6

/** Delays since they were taken. */
export interface LoopDelays {
  readonly maxMs: number
  readonly meanMs: number
}

/** Looks at the loop by a timer that is late when the loop is; sleeps while no film begins. */
export class LoopWatch {
  readonly #users: ReadonlySet<Probe>
  readonly #blockedMs: number
  readonly #onWake: () => void
  #timer: NodeJS.Timeout | undefined
  #expectedMs = 0
  #awakeUntilMs = 0
  #lastSeq = -1
  #maxMs = 0
  #sumMs = 0
  #looks = 0
  #told = 0

  /** `blockedMs`: from which delay on the loop counts as blocked. `onWake` is told when a film begins after a pause. */
  constructor(users: ReadonlySet<Probe>, blockedMs: number, onWake: () => void) {
    this.#users = users
    this.#blockedMs = blockedMs
    this.#onWake = onWake
    this.#sleep()
  }

  /** A film has begun lately. */
  get isAwake(): boolean {
    return this.#timer !== undefined
  }

  /** The delays since the last call. */
  take(): LoopDelays {
    const delays = { maxMs: this.#maxMs, meanMs: this.#looks === 0 ? 0 : this.#sumMs / this.#looks }
    this.#maxMs = this.#sumMs = this.#looks = 0
    return delays
  }

  stop(): void {
    clearInterval(this.#timer)
    for (const probe of this.#users) probe.onRoot = undefined
  }

  #sleep(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
    for (const probe of this.#users) probe.onRoot = this.#wake
  }

  readonly #wake = (): void => {
    for (const probe of this.#users) probe.onRoot = undefined
    const startedMs = performance.now()
    this.#awakeUntilMs = startedMs + AWAKE_MS
    this.#expectedMs = startedMs + LOOK_EVERY_MS
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS).unref()
    // the film that woke us may be the one that blocks, before the timer is due
    setImmediate(() => this.#late(performance.now() - startedMs, startedMs)).unref()
    this.#onWake()
  }

  #look(): void {
    const now = performance.now()
    this.#late(Math.max(0, now - this.#expectedMs), this.#expectedMs - LOOK_EVERY_MS)
    this.#expectedMs = now + LOOK_EVERY_MS
    const seq = this.#seq()
    if (seq !== this.#lastSeq) this.#awakeUntilMs = now + AWAKE_MS
    else if (now > this.#awakeUntilMs) this.#sleep()
    this.#lastSeq = seq
  }

  /** An event of the watch itself was recorded: it keeps nobody awake. */
  told(): void {
    this.#told++
  }

  /** Changes whenever something else is recorded. */
  #seq(): number {
    let sum = -this.#told
    for (const probe of this.#users) sum += probe.recorder.seq
    return sum
  }

  /** The loop came back so late; it had left after `sinceMs`. */
  #late(lateMs: number, sinceMs: number): void {
    this.#maxMs = Math.max(this.#maxMs, lateMs)
    this.#sumMs += lateMs
    this.#looks++
    if (lateMs < this.#blockedMs) return
    // what was late may have moved the timer too: it is one block
    this.#expectedMs = performance.now() + LOOK_EVERY_MS
    this.#timer?.refresh()
    for (const probe of this.#users) this.#blocked(probe, lateMs, sinceMs)
  }

  /** Each scope is told, inside the span of its own that may have done it. */
  #blocked(probe: Probe, lateMs: number, sinceMs: number): void {
    if (!probe.isEnabled) return
    guarded(probe, 'a blocked event loop', () => {
      const proven = culprit(probe, sinceMs * 1e6)
      const span = proven ?? suspect(probe, sinceMs * 1e6)
      const site = probe.site({ name: 'cinescope.eventloop.blocked', framework: 'node' })
      const rule = proven === undefined && span !== undefined ? LAST_ENTERED : undefined
      const value = new Attributes(BLOCKED, [lateMs, rule])
      const flags = proven !== undefined ? 0 : span === undefined ? FLAG.parentOrphan : FLAG.parentInferred
      probe.point(span, KINDS.metric, site, value, lateMs, 0, 0, flags)
      this.told()
    })
  }
}

/** A span that began while the loop was away and took long without giving it back: known, not inferred. */
function culprit(probe: Probe, sinceNs: number): Span | undefined {
  const span = probe.lastLong
  return span !== undefined && span.sinceNs >= sinceNs - MARGIN_NS ? span : undefined
}

/** The span that was entered last, if it can have: it began while the loop was away, or has not ended. */
function suspect(probe: Probe, sinceNs: number): Span | undefined {
  const span = probe.lastEntered
  return span !== undefined && (span.isOpen || span.sinceNs >= sinceNs) ? span : undefined
}
