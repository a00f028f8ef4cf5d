/** A step through a recording, and what there was right after it. */

import {
  CinescopeError,
  type CinescopeEvent,
  type Entity,
  type EntityState,
  type Frame,
  isSpanKind,
  kindOf,
  lastTimeAt,
  type SeekFrom,
  type SeekTarget,
  type StepQuery,
  timeNs,
  wallAt,
} from '@cinescope/protocol'
import { resolveFilm } from '../../query/film-id.ts'
import type { QueryParts, Reading } from '../../query/reading.ts'
import type { FilmRow } from '../../store/event-store.ts'
import { stateIn } from '../state-at.ts'
import { livesOf } from '../state-row.ts'
import { stepAfter, stepBefore } from './find-step.ts'
import { inFlightAt } from './in-flight.ts'
import { eventOf, withoutEnd } from './masked.ts'
import { openSpans } from './open-spans.ts'
import { entitySpace, EVERYTHING, filmSpace, type StepSpace } from './space.ts'
import { FIRST, formatStep, LAST, parseStep, STEP, type Step, type StepPlace } from './step.ts'
import { touchedEntities } from './touched-entities.ts'

const MAX_STEPS = 10_000
const MAX_LIMIT = 1000
const DEFAULT_LIMIT = 20

/** See `Recording.step`. */
export function step(reading: Reading, query: StepQuery = {}): Promise<Frame | undefined> {
  const limit = checked('limit', query.limit ?? DEFAULT_LIMIT, 0, MAX_LIMIT)
  const steps = checked('steps', query.steps ?? 0, -MAX_STEPS, MAX_STEPS)
  return reading.view(async (parts) => {
    const target = await targetOf(parts, query.over)
    const found = await take(parts, target.space, query.from ?? 'start', steps)
    return found === undefined ? undefined : frameAt(parts, target, found, limit)
  })
}

interface Target {
  readonly space: StepSpace
  readonly film: FilmRow | undefined
  readonly entity: Entity | undefined
}

async function targetOf(parts: QueryParts, over: SeekTarget = { kind: 'recording' }): Promise<Target> {
  switch (over.kind) {
    case 'recording':
      return { space: EVERYTHING, film: undefined, entity: undefined }
    case 'film': {
      const film = await resolveFilm(over.id, parts.node, parts.view, parts.cost)
      return { space: filmSpace(film), film, entity: undefined }
    }
    case 'entity':
      return { space: entitySpace(livesOf(parts.view, over.entity)), film: undefined, entity: over.entity }
    default:
      throw new CinescopeError('CSC_ERR_QUERY', 'one can step over a recording, a film or an entity')
  }
}

/** The step that many steps from where; undefined beyond the first and the last. */
async function take(parts: QueryParts, space: StepSpace, from: SeekFrom, steps: number): Promise<Step | undefined> {
  let at = await startAt(parts, space, from)
  for (let left = Math.abs(steps); left > 0 && at !== undefined; left--)
    at = steps > 0 ? await stepAfter(parts, space, at) : await stepBefore(parts, space, at)
  return at
}

async function startAt(parts: QueryParts, space: StepSpace, from: SeekFrom): Promise<Step | undefined> {
  if (from === 'start') return stepAfter(parts, space, FIRST)
  if (from === 'end') return stepBefore(parts, space, LAST)
  if ('cursor' in from) return stepAt(parts, space, parseStep(from.cursor))
  const time = lastTimeAt(parts.anchors, from.at)
  const before = await stepBefore(parts, space, { ...LAST, time: time + 1, thread: -1 })
  return before ?? stepAfter(parts, space, FIRST)
}

/** The step of a cursor, or where retention has removed it the next one that is left. */
async function stepAt(parts: QueryParts, space: StepSpace, place: StepPlace): Promise<Step | undefined> {
  // ends come in descending order of seq
  const just = { ...place, seq: place.phase === STEP.begin ? place.seq - 1 : place.seq + 1 }
  return (await stepAfter(parts, space, just)) ?? stepBefore(parts, space, LAST)
}

async function frameAt(parts: QueryParts, target: Target, at: Step, limit: number): Promise<Frame> {
  const whole = eventOf(parts, at)
  const isSpan = isSpanKind(kindOf(at.rows.word[at.row]!))
  const isBegin = isSpan && at.phase === STEP.begin
  const space = target.entity === undefined ? target.space : filmOf(at)
  const open = space === undefined ? [] : await openSpans(parts, space, at)
  const states = await statesAt(parts, target, at, limit)
  const inFlight = space === undefined ? [] : await inFlightAt(parts, space, at, limit)
  return {
    cursor: formatStep(at),
    at: wallAt(parts.anchors, timeNs(at.time)),
    phase: !isSpan ? 'point' : isBegin ? 'begin' : 'end',
    event: isBegin ? withoutEnd(whole) : whole,
    open: open.slice(0, limit).map((row): CinescopeEvent => withoutEnd(eventOf(parts, row))),
    openCount: open.length,
    states,
    inFlight,
    explain: parts.cost.explain('segments whose times reach over the step'),
  }
}

/** The film that a step of an entity belongs to, if any. */
function filmOf({ entry, rows, row }: Step): StepSpace | undefined {
  const seq = rows.root[row]!
  return seq === 0 ? undefined : filmSpace({ thread: entry.summary.thread, seq, lastSeq: Infinity })
}

async function statesAt(parts: QueryParts, target: Target, at: Step, limit: number): Promise<EntityState[]> {
  const entities = target.entity === undefined ? await touchedEntities(parts, target.space, at, limit) : [target.entity]
  const until = {
    time: at.time,
    includes: (thread: number, seq: number): boolean =>
      thread < at.thread || (thread === at.thread && (at.phase === STEP.end || seq <= at.seq)),
  }
  const states: EntityState[] = []
  for (const entity of entities.slice(0, limit)) {
    const state = await stateIn(parts, entity, until)
    if (state !== undefined) states.push(state)
  }
  return states
}

function checked(name: string, value: number, from: number, to: number): number {
  if (Number.isInteger(value) && value >= from && value <= to) return value
  throw new CinescopeError('CSC_ERR_QUERY', `${name} is a whole number from ${from} to ${to}, got ${String(value)}`)
}
