/** Finds the rows that tell an entity's states. */

import {
  allocateRows,
  BLOOM_SALT,
  bloomMayHold,
  CinescopeError,
  type CinescopeEvent,
  type Entity,
  FLAG,
  kindOf,
  KINDS,
  type Omission,
  OMISSION,
  Omitted,
  type Rows,
  VALUE_ABSENT,
} from '@cinescope/protocol'
import type { QueryParts } from '../query/reading.ts'
import type { CarriedState } from '../store/carried-state.ts'
import type { SegmentEntry, StoreView } from '../store/event-store.ts'
import { buildEvent } from '../store/read/event-builder.ts'
import type { ViewParts } from '../store/read/view-parts.ts'

const SNAPSHOT = KINDS['state.snapshot']
const PATCH = KINDS['state.patch']
const DIED = KINDS['entity.died']
const LOST = (VALUE_ABSENT | OMISSION.lost) >>> 0
/** Lives of which a carried state is looked for: only the last one of a thread has one. */
export const MOST_CARRIED = 1000

/** A row that tells a state, whole or by what changed. */
export interface StateRow {
  /** Undefined for a state that retention has carried over. */
  readonly entry: SegmentEntry | undefined
  readonly carried: CarriedState | undefined
  readonly rows: Rows
  readonly row: number
  readonly thread: number
  readonly seq: number
  readonly time: number
  /** Number of the entity's life. */
  readonly life: number
  /** Seq of the whole state that a patch goes on from; undefined for a whole state. */
  readonly whole: number | undefined
}

/** Up to when: an instant in ns, and which records of that very instant, all by default. */
export interface Moment {
  readonly time: number
  readonly includes?: (thread: number, seq: number) => boolean
}

/** The last state of an entity up to some instant. */
export interface LastState {
  readonly state: StateRow | undefined
  readonly died: boolean
}

/** Numbers of an entity's lives, the newest first. @throws CSC_ERR_NOT_FOUND if it never was; CSC_ERR_OPTION if it is no entity */
export function livesOf(view: StoreView, entity: Entity): readonly number[] {
  const { kind, scope, id } = entity
  if ([kind, scope, id].some((part) => typeof part !== 'string'))
    throw new CinescopeError('CSC_ERR_OPTION', 'an entity is asked for by { kind, scope, id }, all of them strings')
  const lives = view.entityNumbers(entity)
  if (lives.length > 0) return lives
  throw new CinescopeError('CSC_ERR_NOT_FOUND', `no entity ${entity.kind} ${entity.id} in this recording`)
}

/** True if the segment may hold rows of one of these entities. */
export function mayHold({ bloom }: SegmentEntry, lives: Iterable<number>): boolean {
  for (const life of lives) if (bloomMayHold(bloom, BLOOM_SALT.subject, life)) return true
  return false
}

/** True for rows that say what a state was. */
export function isState(word: number): boolean {
  const kind = kindOf(word)
  return kind === SNAPSHOT || kind === PATCH
}

/** A row of a segment that tells a state. */
export function stateRowAt(entry: SegmentEntry, rows: Rows, row: number): StateRow {
  const isPatch = kindOf(rows.word[row]!) === PATCH
  return {
    entry,
    carried: undefined,
    rows,
    row,
    thread: entry.summary.thread,
    seq: rows.seq[row]!,
    time: rows.time[row]!,
    life: rows.subject[row]!,
    whole: isPatch ? rows.number[row]! : undefined,
  }
}

/** True if a limit left something out of the state, or of the change, that a row tells. */
export function isRowCut({ rows, row }: StateRow): boolean {
  return (rows.word[row]! & FLAG.truncated) !== 0
}

/** The state that a life of an entity had when retention removed what told it, as if a row told it. */
export function carriedRow(view: StoreView, life: number): StateRow | undefined {
  const carried = view.carried(life)
  if (carried === undefined) return undefined
  const rows = allocateRows(1)
  const { seq, time, word, site, parent, root, thread, value } = carried
  rows.length = 1
  const cells = { seq, time, duration: -1, word, site, parent, root, subject: life, valueIn: value?.length ?? LOST }
  for (const [column, cell] of Object.entries(cells)) rows[column as keyof typeof cells][0] = cell
  return { entry: undefined, carried, rows, row: 0, thread, seq, time, life, whole: undefined }
}

/** The encoded value of a row that tells a state, or why it is not there. */
export function documentOf({ reader }: ViewParts, { entry, carried, rows, row }: StateRow): Uint8Array | Omission {
  return entry === undefined ? (carried?.value ?? 'lost') : reader.document(entry, rows, row)
}

/** The event of such a row, with its value. */
export function stateEvent(parts: QueryParts, state: StateRow): CinescopeEvent {
  const { thread, rows, row } = state
  const document = documentOf(parts, state)
  const value = typeof document === 'string' ? new Omitted(document, 0) : parts.reader.decode(document, thread)
  return buildEvent(parts.node, parts.view, { thread, rows, row, anchors: parts.anchors }, { value, result: undefined })
}

/**
 * The last state up to a moment, of the life at that moment: an entity that has died and come back has none
 * before its first state. Of threads that record the same entity the one that did so last. Reads segments from the newest that may
 * hold one.
 */
export async function lastState(parts: ViewParts, lives: readonly number[], until: Moment): Promise<LastState> {
  const search = new Search(lives, until)
  for (const entry of parts.reader.segments().toReversed()) {
    if (!search.mayGain(entry)) continue
    await parts.cost.breathe()
    const rows = parts.reader.rows(entry)
    if (rows !== undefined) search.look(entry, rows)
  }
  for (const life of lives.slice(0, MOST_CARRIED)) search.consider(carriedRow(parts.view, life))
  return { state: search.best, died: search.died }
}

/** The state before this one in its life; undefined for the first. */
export async function stateBefore(parts: ViewParts, { life, thread, seq }: StateRow): Promise<StateRow | undefined> {
  for (const entry of parts.reader.segments().toReversed()) {
    if (entry.summary.thread !== thread || entry.summary.seqLow >= seq || !mayHold(entry, [life])) continue
    await parts.cost.breathe()
    const rows = parts.reader.rows(entry)
    if (rows === undefined) continue
    const row = lastRow(rows, (i) => rows.subject[i] === life && rows.seq[i]! < seq && isState(rows.word[i]!))
    if (row >= 0) return stateRowAt(entry, rows, row)
  }
  const carried = carriedRow(parts.view, life)
  return carried !== undefined && carried.thread === thread && carried.seq < seq ? carried : undefined
}

/** The state after this one in its life. */
export async function stateAfter(parts: ViewParts, { life, thread, seq }: StateRow): Promise<StateRow | undefined> {
  for (const entry of parts.reader.segments()) {
    if (entry.summary.thread !== thread || entry.summary.seqHigh <= seq || !mayHold(entry, [life])) continue
    await parts.cost.breathe()
    const rows = parts.reader.rows(entry)
    if (rows === undefined) continue
    for (let row = 0; row < rows.length; row++) {
      if (rows.subject[row] === life && rows.seq[row]! > seq && isState(rows.word[row]!))
        return stateRowAt(entry, rows, row)
    }
  }
  return undefined
}

class Search {
  best: StateRow | undefined
  readonly #all: ReadonlySet<number>
  readonly #until: Moment
  /** The newest life seen in each thread: numbers grow, so the largest one is that at the instant. */
  readonly #lifeOf = new Map<number, number>()
  readonly #dead = new Set<number>()

  constructor(lives: readonly number[], until: Moment) {
    this.#all = new Set(lives)
    this.#until = until
  }

  get died(): boolean {
    return this.best !== undefined && this.#dead.has(this.best.life)
  }

  /** True if the segment may hold a later state than is known, or a later life. */
  mayGain(entry: SegmentEntry): boolean {
    const { timeLow, timeHigh, thread } = entry.summary
    if (timeLow > this.#until.time || (this.best !== undefined && timeHigh < this.best.time)) return false
    const known = this.#lifeOf.get(thread) ?? 0
    // the newest first
    for (const life of this.#all) {
      if (life < known) return false
      if (bloomMayHold(entry.bloom, BLOOM_SALT.subject, life)) return true
    }
    return false
  }

  /** Goes back from the end of a segment to the first state that it meets: what is before it is older, and of no later life. */
  look(entry: SegmentEntry, rows: Rows): void {
    const { thread } = entry.summary
    const { time: until } = this.#until
    for (let row = rows.length - 1; row >= 0; row--) {
      // many are, and a call for each costs more than all the rest
      if (rows.time[row]! > until) continue
      const life = rows.subject[row]!
      if (life === 0 || !this.#all.has(life) || !this.#isSoFar(thread, rows.time[row]!, rows.seq[row]!)) continue
      const known = this.#lifeOf.get(thread) ?? 0
      if (life < known) continue
      if (life > known) {
        this.#lifeOf.set(thread, life)
        if (this.best?.thread === thread) this.best = undefined
      }
      if (kindOf(rows.word[row]!) === DIED) this.#dead.add(life)
      if (!isState(rows.word[row]!)) continue
      if (this.#isLater(rows, row, thread)) this.best = stateRowAt(entry, rows, row)
      return
    }
  }

  /** Takes a state if it is later than the best, and of no life that had ended. */
  consider(state: StateRow | undefined): void {
    if (state === undefined || !this.#isSoFar(state.thread, state.time, state.seq)) return
    if (state.life < (this.#lifeOf.get(state.thread) ?? 0)) return
    if (this.#isLater(state.rows, state.row, state.thread)) this.best = state
  }

  #isSoFar(thread: number, time: number, seq: number): boolean {
    const { time: until, includes } = this.#until
    return time < until || (time === until && (includes === undefined || includes(thread, seq)))
  }

  #isLater(rows: Rows, row: number, thread: number): boolean {
    const { best } = this
    if (best === undefined || rows.time[row]! > best.time) return true
    return thread === best.thread && rows.time[row] === best.time && rows.seq[row]! > best.seq
  }
}

function lastRow(rows: Rows, test: (row: number) => boolean): number {
  for (let row = rows.length - 1; row >= 0; row--) if (test(row)) return row
  return -1
}
