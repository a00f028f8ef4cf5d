/** Synthetic traffic of a realistic shape, the same on every run: films of 20 events, 50 of them under way at any time. */

import type { Recorder } from '@cinescope/core/adapter'
import { FLAG, KINDS } from '@cinescope/protocol'
import type { Clock, ProducerRig } from './insides.ts'

/** Begins and ends of a film: the request, seven middlewares, the handler, a query inside it. */
export const EVENTS_PER_FILM = 20
/** Films whose root's seq is a multiple of it fail, unless another is given: an error and a log take the place of the query's begin and end. */
const ERROR_EVERY = 50
const UNDER_WAY = 50
const MIDDLEWARES = 7
const ROUTES = 24

/** Pseudo-random numbers in [0, 1), the same sequence for the same seed (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** A clock that moves by itself: each reading is 2 to 40 µs after the one before. */
export function createMovingClock(random: () => number, startWallMs: number): Clock {
  let nowMs = 100
  return {
    now: () => (nowMs += 0.002 + random() * 0.038),
    wall: () => startWallMs + nowMs,
  }
}

/** Produces films. */
export interface Traffic {
  /** Records exactly `count` events. */
  produce(count: number): void
  /** Films begun, and those complete. */
  readonly begun: number
  readonly complete: number
  /** Films that hold an error event. */
  readonly failed: number
  /** Seqs of the roots of complete films, if they were asked for. */
  readonly roots: readonly number[]
}

interface FilmUnderWay {
  root: number
  sinceNs: number
  route: number
  step: number
  open: { seq: number; sinceNs: number; parent: number; kind: number; site: number }[]
}

/** Traffic through the recorder of a rig. Values are drawn once beforehand, so that producing costs little more than recording. */
export function createTraffic(
  rig: ProducerRig,
  random: () => number,
  keepRoots = false,
  errorEvery: number = ERROR_EVERY,
): Traffic {
  return new FilmTraffic(rig, random, keepRoots, errorEvery)
}

class FilmTraffic implements Traffic {
  begun = 0
  complete = 0
  failed = 0
  readonly roots: number[] = []
  readonly #recorder: Recorder
  readonly #random: () => number
  readonly #keepRoots: boolean
  readonly #errorEvery: number
  readonly #films: FilmUnderWay[] = []
  readonly #routes: number[]
  readonly #middlewares: number[]
  readonly #handlers: number[]
  readonly #query: number
  readonly #values: { readonly request: object[]; readonly small: object[]; readonly middle: object[] }

  constructor(rig: ProducerRig, random: () => number, keepRoots: boolean, errorEvery: number) {
    this.#errorEvery = errorEvery
    this.#recorder = rig.recorder
    this.#random = random
    this.#keepRoots = keepRoots
    this.#routes = times(ROUTES, (i) => rig.site({ name: `GET /api/things${i}/:id`, framework: 'express' }))
    this.#middlewares = times(MIDDLEWARES, (i) =>
      rig.site({
        name: `middleware${i}`,
        framework: 'express',
        file: '/app/src/middlewares.js',
        line: 10 * i + 1,
        column: 17,
      }),
    )
    this.#handlers = times(ROUTES, (i) =>
      rig.site({
        name: `handler${i}`,
        framework: 'express',
        file: `/app/src/routes/things${i}.js`,
        line: 20,
        column: 22,
      }),
    )
    this.#query = rig.site({ name: 'SELECT things', framework: 'database' })
    const words = times(2000, () => times(3 + random() * 7, () => String.fromCharCode(97 + random() * 26)).join(''))
    const text = (count: number): string => times(count, () => words[Math.floor(random() * words.length)]!).join(' ')
    this.#values = {
      request: times(1000, (i) => ({
        'http.request.method': 'GET',
        'url.path': `/api/things${i % ROUTES}/${Math.floor(random() * 1e6)}`,
        'http.request.header': {
          host: 'shop.example',
          accept: 'application/json',
          'user-agent': text(8),
          'x-request-id': text(3),
        },
        body: { id: i, note: text(25), total: Math.round(random() * 1e6) / 100 },
      })),
      small: times(1000, () => ({
        user: words[Math.floor(random() * 500)]!,
        roles: [text(1), text(1)],
        agent: text(10),
        at: Math.floor(random() * 1e9),
      })),
      middle: times(1000, () => ({
        id: Math.floor(random() * 1e6),
        name: text(2),
        note: text(18),
        ok: random() > 0.5,
        price: Math.round(random() * 1e4) / 100,
      })),
    }
  }

  produce(count: number): void {
    for (let made = 0; made < count; made++) {
      if (this.#films.length < UNDER_WAY) this.#begin()
      else this.#step(Math.floor(this.#random() * UNDER_WAY))
    }
  }

  #begin(): void {
    const route = Math.floor(this.#random() * ROUTES)
    const root = this.#recorder.begin(KINDS.request, this.#routes[route]!, 0, 0, this.#pick(this.#values.request))
    this.#films.push({ root, sinceNs: this.#recorder.lastNs, route, step: 0, open: [] })
    this.begun++
  }

  /** Middlewares begin inside each other and end in reverse, as Express runs them. */
  #step(index: number): void {
    const film = this.#films[index]!
    const step = film.step++
    const fails = film.root % this.#errorEvery === 0
    if (step < MIDDLEWARES) this.#open(film, KINDS.middleware, this.#middlewares[step]!, this.#values.small)
    else if (step === MIDDLEWARES) this.#open(film, KINDS.handler, this.#handlers[film.route]!, this.#values.middle)
    else if (step === MIDDLEWARES + 1 && !fails) this.#open(film, KINDS.query, this.#query, this.#values.middle)
    else if (step === MIDDLEWARES + 1) this.#point(film, KINDS.error)
    else if (step === MIDDLEWARES + 2 && fails) this.#point(film, KINDS.log)
    else if (film.open.length > 0) this.#close(film)
    else this.#end(index, film, fails)
  }

  #open(film: FilmUnderWay, kind: number, site: number, values: object[]): void {
    const parent = film.open.at(-1)?.seq ?? film.root
    const seq = this.#recorder.begin(kind, site, parent, film.root, this.#pick(values))
    film.open.push({ seq, sinceNs: this.#recorder.lastNs, parent, kind, site })
  }

  #close(film: FilmUnderWay): void {
    const span = film.open.pop()!
    const values = span.kind === KINDS.middleware ? this.#values.small : this.#values.middle
    this.#recorder.end(span.kind, span.site, span.seq, span.parent, film.root, span.sinceNs, 0, 0, this.#pick(values))
  }

  #point(film: FilmUnderWay, kind: number): void {
    if (kind === KINDS.error) this.failed++
    this.#recorder.point(
      kind,
      this.#handlers[film.route]!,
      film.open.at(-1)!.seq,
      film.root,
      this.#pick(this.#values.middle),
    )
  }

  #end(index: number, film: FilmUnderWay, fails: boolean): void {
    const site = this.#routes[film.route]!
    this.#recorder.end(
      KINDS.request,
      site,
      film.root,
      0,
      film.root,
      film.sinceNs,
      fails ? 500 : 200,
      fails ? FLAG.error : 0,
      this.#pick(this.#values.request),
    )
    this.#films.splice(index, 1)
    this.complete++
    if (this.#keepRoots) this.roots.push(film.root)
  }

  #pick(values: object[]): object {
    return values[Math.floor(this.#random() * values.length)]!
  }
}

function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: Math.floor(count) }, (_, index) => make(index))
}
