/** How each question is answered from all recordings of a directory. A question without a way says so. */

import {
  CinescopeError,
  type CinescopeEvent,
  type EventPage,
  type EventQuery,
  type FilmPage,
  type FilmQuery,
  type FilmSummary,
  type Page,
  placeOf,
} from '@cinescope/protocol'
import { formatCursor } from '../../query/cursor.ts'
import { checkLimit } from '../../query/limit.ts'
import { filmNumber } from '../../store/event-store.ts'
import type { Method, Recording } from '../recording.ts'
import { ledgerOf, statusOf } from './accounts.ts'
import type { Directory, Part } from './directory.ts'
import { mergeExplains, type MergeOrder, mergePages, parseCursors } from './merge-pages.ts'

/** Answers one question from a directory. */
type Merge<M extends Method> = (directory: Directory, ...args: Parameters<Recording[M]>) => ReturnType<Recording[M]>

/** Items that the recordings of a directory hand over for one page, all together. */
const MAX_HANDED = 40_000
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
  causesOf: async (directory, id) => one(await directory.ask('causesOf', [id], () => true), `event ${id}`),
  stateAt: async (directory, entity, at) => {
    const parts = await directory.ask('stateAt', [entity, at])
    if (parts.length === 0) throw notFound(`entity ${entity.kind} ${entity.id}`)
    return parts
      .flatMap(({ answer }) => (answer === undefined ? [] : [answer]))
      .reduce<(typeof parts)[number]['answer']>(
        (latest, state) => (latest === undefined || state.event.at > latest.event.at ? state : latest),
        undefined,
      )
  },
  ledger: async (directory) => ledgerOf((await directory.ask('ledger', [])).map(({ answer }) => answer)),
  status: statusOf,
  aggregate: ofOne('aggregate'),
  diffFilms: async (directory, a, b, options) =>
    one(await directory.ask('diffFilms', [a, b, options], () => true), `pair of films ${a} and ${b}`),
}

/** For a question whose answers are not merged yet: a directory of one recording can be asked. */
function ofOne<M extends Method>(
  method: M,
): (directory: Directory, ...args: Parameters<Recording[M]>) => Promise<Awaited<ReturnType<Recording[M]>>> {
  return (directory, ...args) => {
    if (directory.size > 1) {
      const found = `the directory holds ${directory.size}`
      const message = `'${method}' asks one recording, and ${found}: open a file, or the newest`
      return Promise.reject(new CinescopeError('CSC_ERR_QUERY', message))
    }
    return directory.ask(method, args).then((parts) => one(parts, 'recording'))
  }
}

async function films(directory: Directory, query: FilmQuery = {}): Promise<FilmPage> {
  const order = query.order ?? '-time'
  const isByTime = order.endsWith('time')
  const key = (film: FilmSummary): number => film.durationNs ?? -1
  return page(directory, 'films', query, {
    order,
    key: isByTime ? ({ at }) => at : key,
    cursor: (film, node) => {
      const { thread, seq } = placeOf(node, film.id)
      return formatCursor(order, { key: isByTime ? film.atNs : key(film), id: filmNumber(thread, seq) })
    },
  })
}

async function events(directory: Directory, query: EventQuery = {}): Promise<EventPage> {
  const order = query.order ?? 'time'
  const isByTime = order.endsWith('time')
  const key = (event: CinescopeEvent): number => event.durationNs ?? -1
  return page(directory, 'events', query, {
    order,
    key: isByTime ? ({ at }) => at : key,
    cursor: (event) =>
      formatCursor(order, { key: isByTime ? event.atNs : key(event), id: filmNumber(event.thread, event.seq) }),
  })
}

/** A page of all recordings; one that goes on asks only the recordings that were there when it began. */
async function page<M extends 'films' | 'events', T>(
  directory: Directory,
  method: M,
  query: FilmQuery & EventQuery,
  by: MergeOrder<T>,
): Promise<Page<T>> {
  const limit = checkLimit(query.limit)
  const { cursor, ...rest } = query
  const before = cursor === undefined ? undefined : parseCursors(cursor)
  const each = { ...rest, limit: Math.min(limit, Math.ceil(MAX_HANDED / Math.max(1, directory.size))) }
  const parts = (await directory.ask(method, (node) => {
    const place = before?.[node]
    if (before !== undefined && place === undefined) return undefined
    const own = place === undefined || place === '' ? each : { ...each, cursor: place }
    // both questions take one argument, of which this is what they share
    return [own] as unknown as Parameters<Recording[M]>
  })) as unknown as readonly Part<Page<T>>[]
  const { unread, beyond } = directory
  const left = unread.length + beyond === 0 ? '' : `; ${unread.length + beyond} left out, see status`
  const plan = `${parts[0]?.answer.explain.plan ?? 'nothing'}, in each of ${parts.length} recordings${left}`
  return {
    ...mergePages(parts, before, { by, limit }),
    explain: mergeExplains(
      parts.map(({ answer }) => answer.explain),
      plan,
    ),
  }
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
