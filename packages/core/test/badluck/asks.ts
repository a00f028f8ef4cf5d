/** Every question of the surface, asked of a recording that may be hostile, with what its own answers name. */

import { type CinescopeEvent, type Entity, type FilmSummary, wallMs } from '@cinescope/protocol'
import type { OpenRecording } from '@cinescope/core/reader'
import type { Method } from '../../src/recording/recording.ts'

/** Runs a question; undefined when it threw, which is noted. */
export type Attempt = <T>(name: string, ask: () => T | Promise<T>) => Promise<T | undefined>

/** What answers have named so far. */
export interface Found {
  node: string
  readonly films: FilmSummary[]
  readonly events: CinescopeEvent[]
  readonly cursors: { films?: string; events?: string }
}

type Ask = (recording: OpenRecording, attempt: Attempt, found: Found) => Promise<unknown>

const ORDERS = ['time', '-time', 'duration', '-duration'] as const
const NO_FILM = '0123456789abcdef'
const NO_TRACE = '0af7651916cd43dd8448eb211c80319c'
const ENTITY: Entity = { kind: 'counter', scope: '', id: 'c1' }

/** A question without a line here does not compile. Asked in this order: the first ones find what the later ones ask for. */
const ASKS: Readonly<Record<Method, Ask>> = {
  async status(recording, attempt, found) {
    const status = await attempt('status', () => recording.status())
    found.node = status?.process.node ?? ''
  },
  async tiles(recording, attempt) {
    await attempt('tiles', () => recording.tiles())
    await attempt('tiles by kind', () => recording.tiles({ by: 'kind', width: 10_000, lanes: 1000 }))
    await attempt('tiles of errors', () => recording.tiles({ where: { error: true, text: 'a' }, width: 1 }))
  },
  ledger: (recording, attempt) => attempt('ledger', () => recording.ledger()),
  async films(recording, attempt, found) {
    for (const order of ORDERS) {
      const page = await attempt(`films ${order}`, () => recording.films({ order, limit: 50 }))
      found.films.push(...(page?.items.slice(0, 3) ?? []))
    }
    const first = await attempt('films, few', () => recording.films({ limit: 2 }))
    const cursor = first?.cursor
    if (cursor !== undefined) {
      found.cursors.films = cursor
      await attempt('films, on', () => recording.films({ limit: 5, cursor }))
    }
    await attempt('films by name', () => recording.films({ where: { name: 'ro*', minDurationMs: 0 } }))
    await attempt('films of none', () => recording.films({ where: { status: 999, marked: true }, order: 'time' }))
    const where = { name: 'no such*' }
    await attempt('films by name of none', () => recording.films({ where, order: '-duration' }))
    await attempt('films that failed', () => recording.films({ where: { error: true, from: 0 as never } }))
  },
  async events(recording, attempt, found) {
    for (const order of ORDERS) {
      const page = await attempt(`events ${order}`, () => recording.events({ order, limit: 200 }))
      const items = page?.items ?? []
      found.events.push(...items.filter(({ parent }) => parent !== undefined).slice(0, 2), ...items.slice(0, 1))
      if (page?.cursor !== undefined) found.cursors.events = page.cursor
    }
    const { events: cursor } = found.cursors
    if (cursor !== undefined)
      await attempt('events, on', () => recording.events({ order: '-duration', limit: 50, cursor }))
    for (const [name, where] of Object.entries(EVENT_FILTERS))
      await attempt(`events by ${name}`, () => recording.events({ where, values: name !== 'kind' }))
    await attempt('stream', async () => {
      let events = 0
      for await (const _event of recording.stream({ limit: 500 })) if (++events >= 5000) break
      return events
    })
  },
  async aggregate(recording, attempt) {
    for (const by of ['kind', 'site', 'route', 'status', 'entity', { attribute: 'check.n' }] as const)
      await attempt('aggregate', () => recording.aggregate({ by, limit: 50 }))
    await attempt('aggregate by time', () => recording.aggregate({ perMs: 1, measure: 'number', quantiles: [0, 1] }))
  },
  async film(recording, attempt, { films }) {
    await attempt('film by prefix', () => recording.film((films[0]?.id ?? '0000').slice(0, 6)))
    for (const { id } of [...films.slice(0, 2), { id: NO_FILM }]) await attempt('film', () => recording.film(id))
  },
  filmSummaries: (recording, attempt, { films }) =>
    attempt('filmSummaries', () => recording.filmSummaries([...films.map(({ id }) => id), NO_FILM as never])),
  filmsOfTrace: (recording, attempt, { films }) =>
    attempt('filmsOfTrace', () => recording.filmsOfTrace(films[0]?.traceId ?? (NO_TRACE as never))),
  event: (recording, attempt, found) => ofEach(found, (id) => attempt('event', () => recording.event(id))),
  parentsOf: (recording, attempt, found) => ofEach(found, (id) => attempt('parentsOf', () => recording.parentsOf(id))),
  childrenOf: (recording, attempt, found) =>
    ofEach(found, (id) => attempt('childrenOf', () => recording.childrenOf(id))),
  causesOf: (recording, attempt, found) => ofEach(found, (id) => attempt('causesOf', () => recording.causesOf(id))),
  effectsOf: (recording, attempt, found) =>
    ofEach(found, (id) => attempt('effectsOf', () => recording.effectsOf(id, { depth: 50, limit: 200 }))),
  pathBetween: (recording, attempt, found) =>
    ofEach(found, (id) => attempt('pathBetween', () => recording.pathBetween(found.events[0]?.id ?? NO_FILM, id))),
  concurrentWith: (recording, attempt, found) =>
    ofEach(found, (id) => attempt('concurrentWith', () => recording.concurrentWith(id, { limit: 20 }))),
  story: (recording, attempt, { films }) => attempt('story', () => recording.story(films[0]?.id ?? NO_FILM)),
  async sequences(recording, attempt) {
    const steps = [{ kinds: ['span'] }, {}] as const
    await attempt('sequences', () => recording.sequences({ steps, limit: 20 }))
    await attempt('sequences by entity', () => recording.sequences({ steps, by: 'entity', without: { error: true } }))
    await attempt('sequences not followed', () => recording.sequences({ steps, absent: true, withinMs: 1, by: 'any' }))
  },
  routes: (recording, attempt) => attempt('routes', () => recording.routes()),
  clockSkew: (recording, attempt) => attempt('clockSkew', () => recording.clockSkew()),
  async arrivals(recording, attempt) {
    const page = await attempt('arrivals', () => recording.arrivals({ from: 'start', limit: 50 }))
    if (page !== undefined)
      await attempt('arrivals, on', () => recording.arrivals({ from: { cursor: page.cursor }, limit: 5000 }))
  },
  async diffFilms(recording, attempt, { films }) {
    const [a = NO_FILM, b = a] = films.map(({ id }) => id)
    await attempt('diffFilms', () => recording.diffFilms(a, b))
    await attempt('diffFilms, outline', () => recording.diffFilms(b, films.at(-1)?.id ?? a, { values: false }))
  },
  async stateAt(recording, attempt, { events, node }) {
    const named = events.find(({ subject }) => subject !== undefined)
    await attempt('stateAt', () => recording.stateAt(named?.subject ?? { ...ENTITY, scope: node }))
    await attempt('stateAt then', () => recording.stateAt({ ...ENTITY, scope: node }, named?.at))
    await attempt('stateAt of none', () => recording.stateAt({ kind: 'no', scope: 'such', id: 'entity' }))
  },
  async history(recording, attempt, { events, node }) {
    const entity = entityIn(events, node)
    const page = await attempt('history', () => recording.history(entity, { limit: 20, order: '-time' }))
    if (page?.cursor !== undefined)
      await attempt('history, on', () => recording.history(entity, { cursor: page.cursor!, order: '-time' }))
    await attempt('history of a path', () => recording.history(entity, { path: 'check.0' }))
  },
  async lastWrite(recording, attempt, { events, node }) {
    await attempt('lastWrite', () => recording.lastWrite(entityIn(events, node), 'check'))
    await attempt('lastWrite of nothing', () => recording.lastWrite(entityIn(events, node), 'no.such.member'))
  },
  async step(recording, attempt, { films, events, node }) {
    const first = await attempt('step', () => recording.step())
    if (first !== undefined)
      await attempt('step on', () => recording.step({ from: { cursor: first.cursor }, steps: 20 }))
    await attempt('step back', () => recording.step({ from: 'end', steps: -20 }))
    const [film] = films
    if (film !== undefined)
      await attempt('step of a film', () => recording.step({ over: { kind: 'film', id: film.id }, from: 'end' }))
    const entity = entityIn(events, node)
    await attempt('step of an entity', () => recording.step({ over: { kind: 'entity', entity }, steps: 1 }))
    await attempt('step at', () => recording.step({ from: { at: events[0]?.at ?? wallMs(0) } }))
  },
  async diffStates(recording, attempt, { events, node }) {
    await attempt('diffStates', () => recording.diffStates(entityIn(events, node), events[0]?.at ?? wallMs(0)))
  },
}

function entityIn(events: Found['events'], node: string): Entity {
  return events.find(({ subject }) => subject !== undefined)?.subject ?? { ...ENTITY, scope: node }
}

const EVENT_FILTERS = {
  attribute: { attributes: { 'check.n': 3 }, site: '*' },
  value: { values: [{ path: 'check.n', op: '>=', value: 3 }] },
  text: { text: 'sample' },
  kind: { kinds: ['state.snapshot', 'gap', 'error'] },
  time: { from: 1 as never, to: 4e12 as never, minDurationMs: 0 },
} as const

/** Asks them all; gives what there was to find. */
export async function askEverything(recording: OpenRecording, attempt: Attempt): Promise<Found> {
  const found: Found = { node: '', films: [], events: [], cursors: {} }
  for (const ask of Object.values(ASKS)) await ask(recording, attempt, found)
  return found
}

/** Of some events, a film and what is not there. */
async function ofEach({ events, films }: Found, ask: (id: string) => Promise<unknown>): Promise<void> {
  const ids = [...events.slice(0, 2), ...events.slice(-1), ...films.slice(0, 1)].map(({ id }) => id)
  for (const id of new Set([...ids, NO_FILM])) await ask(id)
}
