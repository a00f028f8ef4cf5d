/** Four hours of a server's events, and what is known of them: what a reader says must agree with it. */

import { type Entity, KINDS } from '@cinescope/protocol'
import { checkValue, type CheckValue } from '../../../packages/core/test/badluck/check-value.ts'
import type { Rig } from './rig.ts'

/** A film that was recorded. */
export interface Mark {
  readonly seq: number
  readonly wallMs: number
  readonly n: number
}

/** A span that stays open for hours. */
export interface LongSpan {
  readonly seq: number
  readonly sinceNs: number
  readonly n: number
  /** When it ends, in ms since the start. */
  readonly endsAtMs: number
}

/** One step of it. */
export const STEP_MS = 100
const HOUR_MS = 3_600_000
const LIVING = 50
/** The wall clock is set at one step of so many, by up to an hour. */
const SET_EVERY = 2000
/** A snapshot of a lasting entity, an entity that comes and goes, a name and a key never seen before: at each so manieth step. */
const EVERY = { snapshot: 5, churn: 3, site: 8, key: 2 }

/** Makes the events of one step after another. */
export class SoakTraffic {
  readonly marks: Mark[] = []
  readonly states: (CheckValue | undefined)[] = Array.from({ length: LIVING })
  readonly entities: readonly Entity[]
  longSpans: LongSpan[] = []
  steps = 0
  clockSteps = 0
  churned = 0
  readonly #rig: Rig
  readonly #random: () => number
  readonly #site: number
  readonly #inner: number

  constructor(rig: Rig, random: () => number) {
    this.#rig = rig
    this.#random = random
    this.#site = rig.sites.intern({ name: 'GET /soak/:n', framework: 'soak' })
    this.#inner = rig.sites.intern({ name: 'inside', framework: 'soak' })
    this.entities = this.states.map((_, i) => ({ kind: 'session', scope: rig.node, id: `s${i}` }))
  }

  /** Opens spans that last parts of the whole. */
  openLongSpans(wholeMs: number): void {
    this.longSpans = [0.02, 0.25, 0.5, 0.99].map((part, i) => {
      const seq = this.#rig.recorder.begin(KINDS.span, this.#inner, 0, 0, { check: checkValue(i) })
      return { seq, sinceNs: this.#rig.recorder.lastNs, n: i, endsAtMs: wholeMs * part }
    })
  }

  /** Ends those whose time has come; gives them. */
  endLongSpans(): LongSpan[] {
    const ended = this.longSpans.filter(({ endsAtMs }) => endsAtMs <= this.#rig.clock.now())
    this.longSpans = this.longSpans.filter((span) => !ended.includes(span))
    for (const { seq, sinceNs, n } of ended)
      this.#rig.recorder.end(KINDS.span, this.#inner, seq, 0, seq, sinceNs, 7, 0, { check: checkValue(n + 100) })
    return ended
  }

  /** 100 ms. */
  step(): void {
    const n = ++this.steps
    this.#rig.clock.advance(STEP_MS)
    if (n % SET_EVERY === 0) {
      this.#rig.clock.stepWall((this.#random() * 2 - 1) * HOUR_MS)
      this.clockSteps++
    } else this.#rig.clock.stepWall((this.#random() - 0.5) * 0.02)
    this.#film(n)
    if (n % EVERY.snapshot === 0) this.#snapshot(n)
    if (n % EVERY.churn === 0) this.#churn(n)
  }

  #film(n: number): void {
    const { recorder, sites, clock } = this.#rig
    const site = n % EVERY.site === 0 ? sites.intern({ name: `once ${n}`, framework: 'soak' }) : this.#site
    const root = recorder.begin(KINDS.request, site, 0, 0, { check: checkValue(n) })
    const since = recorder.lastNs
    const child = recorder.begin(KINDS.function, this.#inner, root, root)
    const childSince = recorder.lastNs
    const key = n % EVERY.key === 0 ? letters(n) : 'key'
    recorder.point(KINDS.log, this.#inner, child, root, { message: 'line', [key]: n })
    recorder.end(KINDS.function, this.#inner, child, root, root, childSince)
    recorder.end(KINDS.request, site, root, 0, root, since, 200, 0, { check: checkValue(n + 1) })
    this.marks.push({ seq: root, wallMs: clock.wall(), n })
    if (this.marks.length > 4000) this.marks.splice(0, 1000)
  }

  #snapshot(n: number): void {
    const { recorder, entities } = this.#rig
    const which = Math.floor(this.#random() * LIVING)
    const state = checkValue(n)
    this.states[which] = state
    const entity = this.entities[which]!
    recorder.point(KINDS['state.snapshot'], 0, 0, 0, state, 0, 0, entities.intern(entity))
  }

  #churn(n: number): void {
    const { recorder, entities, node } = this.#rig
    const entity = { kind: 'socket', scope: node, id: `c${n}` }
    recorder.point(KINDS['state.snapshot'], 0, 0, 0, { open: true }, 0, 0, entities.intern(entity))
    recorder.point(KINDS['entity.died'], 0, 0, 0, undefined, 0, 0, entities.intern(entity))
    entities.free(entity)
    this.churned++
  }
}

/** A name of its own for each number; one of many digits would not be taken for a key that comes again. */
function letters(n: number): string {
  return n < 26 ? String.fromCharCode(97 + n) : letters(Math.floor(n / 26)) + String.fromCharCode(97 + (n % 26))
}
