/** Films that led to each other. */

import {
  CinescopeError,
  type FilmId,
  type NodeId,
  placeOf,
  seq as seqOf,
  type SpanId,
  spanIdOf,
  type Story,
  type StoryEdge,
  type StoryFilm,
  type StoryOptions,
  timeNs,
  wallAt,
} from '@cinescope/protocol'
import { resolveFilm } from '../film-id.ts'
import { summaryOf } from '../films.ts'
import { checkLimit } from '../limit.ts'
import { placeIn } from './causal-graph.ts'
import { causesNamedBy, climb } from './climb.ts'
import { Descent } from './descent.ts'
import type { Ground } from './ground.ts'
import type { Journey, Place, Reached } from './journey.ts'
import { type Found, Walk } from './walk.ts'

/** Events that are looked at on the way to an origin. */
const WAY_UP = { depth: Infinity, limit: 1_000 }
/** Times that the story is found to go back further than was known. */
const MAX_WAYS_UP = 1_000
const PLAN = 'up from the film to its origins, then all that came of them, by thread and by trace'

/** See `Recording.story`. */
export async function story(ground: Ground, id: string, options: StoryOptions = {}): Promise<Story> {
  const limit = checkLimit(options.limit)
  const walk = new Walk(ground, false)
  const { journey } = await everythingOf(walk, await rootOf(walk, id))
  const known = await filmsOf(walk, journey)
  const films = known.toSorted((a, b) => a.film.at - b.film.at || (a.film.id < b.film.id ? -1 : 1)).slice(0, limit)
  if (films.length < known.length) walk.meet('limit')
  const kept = new Set(films.map(({ film }) => film.id))
  const messages = new Set(films.flatMap(({ film }) => (film.kind === 'message' ? [film.id] : [])))
  const edges = edgesOf(journey, messages).filter(({ from, to }) => kept.has(from) && kept.has(to))
  const led = new Set(edges.map(({ to }) => to))
  return {
    films,
    edges,
    origins: films.flatMap(({ film }) => (led.has(film.id) ? [] : [film.id])),
    truncatedBy: walk.truncatedBy,
    explain: walk.explain(PLAN),
  }
}

/** Where the film began, whether or not the event is still there. Any film of a trace will do: all are of one story. */
async function rootOf(walk: Walk, id: string): Promise<Place> {
  const isPrefix = id.length < 16
  const fitting: Place[] = []
  await walk.first(async ({ node, view, cost, anchors }) => {
    const { thread, seq, time } = await resolveFilm(id, node, view, cost)
    const place = { home: node, thread, seq, root: seq, at: wallAt(anchors, timeNs(time)) }
    fitting.push(place)
    // only the first digits of an id may fit films of other recordings as well
    return isPrefix ? undefined : place
  })
  const [place] = fitting
  if (place === undefined) throw new CinescopeError('CSC_ERR_NOT_FOUND', `no film ${id} in any recording asked`)
  if (fitting.length > 1) {
    const ids = fitting.slice(0, 5).map(idOfPlace)
    throw new CinescopeError('CSC_ERR_AMBIGUOUS', `${id} fits films of ${fitting.length} recordings: ${ids.join(', ')}`)
  }
  return place
}

function idOfPlace({ home, thread, seq }: Place): SpanId {
  return spanIdOf(home, { thread, seq: seqOf(seq) })
}

/** A film may have been caused by one of another trace: from what is named as a cause and was not come to, the way goes up again. */
async function everythingOf(walk: Walk, root: Place): Promise<Descent> {
  const descent = new Descent(walk, { depth: Infinity, byRoot: true })
  descent.journey.begin(root)
  const tried = new Set<SpanId>()
  let tops: readonly SpanId[] = [idOfPlace(root)]
  while (tops.length > 0) {
    for (const top of tops) {
      if (tried.size === MAX_WAYS_UP) {
        walk.meet('work')
        return descent
      }
      tried.add(top)
      for (const origin of await originsOf(walk, top)) descent.journey.begin(placeIn(origin))
    }
    do await descent.run()
    while (beginFilms(descent.journey))
    tops = outside(descent.journey).filter((id) => !tried.has(id))
  }
  return descent
}

/** A film of which an event was come to is part of the story from its root on; true if there was one. */
function beginFilms(journey: Journey): boolean {
  const roots = Array.from(journey.reached.values())
    .filter(({ home, thread, root }) => root !== 0 && journey.at(home, thread, root) === undefined)
    .map((each) => ({ ...each, seq: each.root }))
  for (const root of roots) journey.begin(root)
  return roots.length > 0
}

/** What led to an event and was led to by nothing, and the event itself: in a recording that goes in circles there is no other. */
async function originsOf(walk: Walk, id: SpanId): Promise<readonly Found[]> {
  const start = (await walk.find([id])).get(id)
  if (start === undefined) return []
  const { steps } = await climb(walk, start, WAY_UP)
  const origins = Array.from(steps.values()).filter((step) => !causesNamedBy(step).some(({ from }) => steps.has(from)))
  return [start, ...origins]
}

/** Causes of what was come to that were not. */
function outside({ causes, senders, reached }: Journey): SpanId[] {
  const ids = new Set<SpanId>()
  for (const [root, sender] of senders) if (reached.has(root) && !reached.has(sender)) ids.add(sender)
  for (const { home, thread, cause } of causes.values()) {
    const id = spanIdOf(home, { thread, seq: seqOf(cause) })
    if (!reached.has(id)) ids.add(id)
  }
  return Array.from(ids)
}

async function filmsOf(walk: Walk, { reached }: Journey): Promise<StoryFilm[]> {
  const roots = new Map<NodeId, Set<FilmId>>()
  for (const each of reached.values()) {
    const film = filmOf(each)
    if (film !== undefined) roots.set(each.home, (roots.get(each.home) ?? new Set<FilmId>()).add(film))
  }
  const films: StoryFilm[] = []
  for (const [home, ids] of roots) {
    await walk.first(async (parts) => {
      if (parts.node !== home) return undefined
      for (const id of ids) {
        const { thread, seq } = placeOf(home, id)
        const row = parts.view.film(thread, seq)
        if (row !== undefined) films.push({ film: summaryOf(parts, row), node: home })
      }
      return true
    }, home)
  }
  return films
}

/** The joints between films: by trace, and by causes that rows name. One for each pair of events. */
function edgesOf({ reached, senders, causes }: Journey, messages: ReadonlySet<FilmId>): StoryEdge[] {
  const edges: StoryEdge[] = []
  const add = (cause: Reached | undefined, effect: Reached | undefined, how: StoryEdge['how']): void => {
    const [from, to] = [filmOf(cause), filmOf(effect)]
    if (cause === undefined || effect === undefined || from === undefined || to === undefined || from === to) return
    edges.push({ from, to, how, cause: cause.id, effect: effect.id })
  }
  for (const [root, sender] of senders)
    add(reached.get(sender), reached.get(root), messages.has(root) ? 'message' : 'remote')
  for (const { effect, home, thread, cause } of causes.values()) {
    const id = spanIdOf(home, { thread, seq: seqOf(cause) })
    if (senders.get(effect) !== id) add(reached.get(id), reached.get(effect), 'cause')
  }
  return edges
}

function filmOf(event: Reached | undefined): FilmId | undefined {
  return event === undefined || event.root === 0
    ? undefined
    : spanIdOf(event.home, { thread: event.thread, seq: seqOf(event.root) })
}
