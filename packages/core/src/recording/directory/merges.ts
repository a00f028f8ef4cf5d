/** How each question is answered from all recordings of a directory. */

import {
  type Aggregate,
  type AggregateQuery,
  CinescopeError,
  type EventPage,
  type EventQuery,
  type FilmPage,
  type FilmQuery,
  type FilmSummary,
  type NodeId,
  type Page,
  placeOf,
  type StepQuery,
} from '@cinescope/protocol'
import { Counting } from '../../query/aggregate/aggregate.ts'
import { causesOf, effectsOf } from '../../query/causality/causal-graph.ts'
import { concurrentWith } from '../../query/causality/concurrent.ts'
import { pathBetween } from '../../query/causality/path-between.ts'
import { story } from '../../query/causality/story.ts'
import { formatCursor } from '../../query/cursor.ts'
import { checkLimit } from '../../query/limit.ts'
import { mergeExplains } from '../../query/merge-explains.ts'
import { uniteRoutes } from '../../query/routes.ts'
import { sequences } from '../../query/sequence/sequences.ts'
import { filmNumber } from '../../store/event-store.ts'
import type { Method, Recording } from '../recording.ts'
import { ledgerOf, statusOf } from './accounts.ts'
import { arrivalsOf } from './arrivals.ts'
import type { Directory, Part } from './directory.ts'
import { STATES } from './states.ts'
import { tilesOf } from './tiles.ts'
import { eventOrder } from './event-order.ts'
import { limitOfEach, type MergeOrder, mergePages, parseCursors } from './merge-pages.ts'

/** Answers one question from a directory. */
type Merge<M extends Method> = (directory: Directory, ...args: Parameters<Recording[M]>) => ReturnType<Recording[M]>

/** Films of a trace in one answer. */
const MAX_TRACE = 1000

/** By question. Ids say themselves which recording they belong to; what is above, below or before an event is looked up there. */
export const MERGES: { readonly [M in Method]: Merge<M> } = {
  films,
  film,
  filmSummaries: async (directory, ids) =>
    (await directory.ask('filmSummaries', [ids])).flatMap(({ answer }) => answer),
  filmsOfTrace: async (directory, trace) => {
    const parts = await directory.ask('filmsOfTrace', [trace])
    return parts
      .flatMap(({ answer }) => answer)
      .toSorted((a, b) => a.at - b.at)
      .slice(0, MAX_TRACE)
  },
  events,
  event: async (directory, id) => one(await directory.ask('event', [id], () => true), `event ${id}`),
  parentsOf: async (directory, id) => one(await directory.ask('parentsOf', [id], () => true), `event ${id}`),
  childrenOf: async (directory, id) => one(await directory.ask('childrenOf', [id], () => true), `event ${id}`),
  causesOf: (directory, id, options) => causesOf(directory.ground(), id, options),
  effectsOf: (directory, id, options) => effectsOf(directory.ground(), id, options),
  pathBetween: (directory, a, b) => pathBetween(directory.ground(), a, b),
  concurrentWith: (directory, id, options) => concurrentWith(directory.ground(), id, options),
  sequences: (directory, query) => sequences(directory.ground(), query),
  story: (directory, id, options) => story(directory.ground(), id, options),
  ...STATES,
  step: stepOf,
  routes: async (directory) => uniteRoutes((await directory.ask('routes', [])).flatMap(({ answer }) => answer)),
  clockSkew: async () => [],
  ledger: async (directory) => ledgerOf((await directory.ask('ledger', [])).map(({ answer }) => answer)),
  status: statusOf,
  aggregate: aggregateOf,
  tiles: tilesOf,
  arrivals: arrivalsOf,
  diffFilms: async (directory, a, b, options) =>
    one(await directory.ask('diffFilms', [a, b, options], () => true), `pair of films ${a} and ${b}`),
}

async function aggregateOf(directory: Directory, query: AggregateQuery = {}): Promise<Aggregate> {
  const counting = new Counting(query)
  const parts = await directory.eachFilter(query.where, (reading, where) => counting.count(reading, where))
  const explains = parts.map(({ answer }) => answer)
  return counting.told(
    mergeExplains(explains, `${explains[0]?.plan ?? 'nothing'}, in each of ${parts.length} recordings`),
  )
}

async function films(directory: Directory, query: FilmQuery = {}): Promise<FilmPage> {
  const order = query.order ?? '-time'
  const isByTime = order.endsWith('time')
  const key = (film: FilmSummary): number => film.durationNs ?? -1
  return page(directory, 'films', query, {
    order,
    key: isByTime ? (film, node) => directory.instantOf(node, film) : key,
    cursor: (film, node) => {
      const { thread, seq } = placeOf(node, film.id)
      return formatCursor(order, { key: isByTime ? film.atNs : key(film), id: filmNumber(thread, seq) })
    },
  })
}

async function events(directory: Directory, query: EventQuery = {}): Promise<EventPage> {
  const order = eventOrder<NodeId>(query.order ?? 'time', (event, node) => directory.instantOf(node, event))
  return page(directory, 'events', query, order)
}

/** A page of all recordings; one that goes on asks only the recordings that were there when it began. */
async function page<M extends 'films' | 'events', T>(
  directory: Directory,
  method: M,
  query: FilmQuery & EventQuery,
  by: MergeOrder<NodeId, T>,
): Promise<Page<T>> {
  const limit = checkLimit(query.limit)
  const { cursor, ...rest } = query
  const before = cursor === undefined ? undefined : parseCursors(cursor, 'recordings')
  const { members, beyond } = await directory.listing()
  const each = { ...rest, limit: limitOfEach(limit, members.length) }
  const parts = (await directory.ask(method, (node) => {
    const place = before?.[node]
    if (before !== undefined && place === undefined) return undefined
    const own = place === undefined || place === '' ? each : { ...each, cursor: place }
    // both questions take one argument, of which this is what they share
    return [own] as unknown as Parameters<Recording[M]>
  })) as unknown as readonly Part<Page<T>>[]
  const { unread } = directory
  const left = unread.length + beyond === 0 ? '' : `; ${unread.length + beyond} left out, see status`
  const plan = `${parts[0]?.answer.explain.plan ?? 'nothing'}, in each of ${parts.length} recordings${left}`
  return {
    ...mergePages(
      parts.map(({ node, answer }) => ({ source: node, answer })),
      before,
      { by, limit, of: 'recordings' },
    ),
    explain: mergeExplains(
      parts.map(({ answer }) => answer.explain),
      plan,
    ),
  }
}

/** Steps go through one recording: a film's, or the only one that has any. */
async function stepOf(directory: Directory, query: StepQuery = {}): ReturnType<Recording['step']> {
  const parts = await directory.ask('step', [query], () => query.over?.kind === 'film')
  if (parts.length < 2) return one(parts, 'recording to step through')
  throw new CinescopeError(
    'CSC_ERR_QUERY',
    `one steps through one recording, and this directory has ${parts.length}; open the file of one, or step over a film`,
  )
}

/** Whole ids are of one recording; what is typed of one may fit films of several. */
async function film(directory: Directory, id: string): ReturnType<Recording['film']> {
  const parts = await directory.ask('film', [id], () => id.length === 16)
  if (parts.length > 1) {
    const ids = parts.slice(0, 5).map(({ answer }) => answer.summary.id)
    throw new CinescopeError('CSC_ERR_AMBIGUOUS', `${id} fits films of ${parts.length} recordings: ${ids.join(', ')}`)
  }
  return one(parts, `film ${id}`)
}

function one<T>(parts: readonly Part<T>[], what: string): T {
  const [first] = parts
  if (first === undefined) throw notFound(what)
  return first.answer
}

function notFound(what: string): CinescopeError {
  return new CinescopeError('CSC_ERR_NOT_FOUND', `no ${what.slice(0, 120)} in any recording of the directory`)
}
