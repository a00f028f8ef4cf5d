/** The last states of entities in segments that retention removes: what later changes go on from. */

import { applyPatch, CinescopeError, FLAG, isPatch, kindOf, KINDS, patchPlace, type Rows } from '@cinescope/protocol'

const SNAPSHOT = KINDS['state.snapshot']
const PATCH = KINDS['state.patch']
const DIED = KINDS['entity.died']
/** Kinds of 32 and more that a segment's summary must have for anything to be carried or let go. */
const KIND_BITS = [SNAPSHOT, PATCH, DIED].reduce((bits, kind) => bits | (1 << (kind - 32)), 0)
/** What a row of a store costs beside the value. */
const OVERHEAD = 100

/** The state of an entity at the edge of what is left. Seqs and times are those of the record that told it last. */
export interface CarriedState {
  /** Number of the entity's life. */
  readonly entity: number
  readonly thread: number
  readonly seq: number
  readonly time: number
  readonly word: number
  readonly site: number
  readonly parent: number
  readonly root: number
  /** Seq of the whole state of its chain, and place in it. */
  readonly whole: number
  readonly place: number
  /** Changes that led to it and were lost. */
  readonly lost: number
  /** The whole state, encoded by its thread; undefined when it was lost. */
  readonly value: Uint8Array | undefined
}

/** Bytes that one takes. */
export function carriedBytes({ value }: Pick<CarriedState, 'value'>): number {
  return OVERHEAD + (value?.length ?? 0)
}

/** True if a segment of these kinds has states to carry. */
export function mayCarry(kindsHigh: number): boolean {
  return (kindsHigh & KIND_BITS) !== 0
}

/** Goes through segments that are removed, the oldest first. */
export class StateCarrier {
  readonly #known: (entity: number) => CarriedState | undefined
  /** What is to be put, or with undefined to be removed. */
  readonly changes: Map<number, CarriedState | undefined> = new Map<number, CarriedState | undefined>()

  /** `known` gives what is carried already. */
  constructor(known: (entity: number) => CarriedState | undefined) {
    this.#known = known
  }

  /** Takes the states of a segment; `documentOf` gives the encoded value of a row, undefined where there is none. */
  take(thread: number, rows: Rows, documentOf: (row: number) => Uint8Array | undefined): void {
    for (let row = 0; row < rows.length; row++) {
      const entity = rows.subject[row]!
      const kind = kindOf(rows.word[row]!)
      if (entity === 0) continue
      if (kind === DIED) this.changes.set(entity, undefined)
      else if (kind === SNAPSHOT) this.changes.set(entity, wholeState(thread, rows, row, documentOf(row)))
      else if (kind === PATCH) this.changes.set(entity, this.#patched(thread, rows, row, documentOf(row)))
    }
  }

  #patched(thread: number, rows: Rows, row: number, patch: Uint8Array | undefined): CarriedState {
    const entity = rows.subject[row]!
    const known = this.changes.has(entity) ? this.changes.get(entity) : this.#known(entity)
    const whole = rows.number[row]!
    const at = placed(thread, rows, row)
    if (known === undefined || known.whole !== whole || known.value === undefined)
      return { ...at, whole, place: 0, lost: 0, value: undefined }
    const place = patch !== undefined && isPatch(patch) ? patchPlace(patch) : known.place + 1
    const value = patchedValue(known.value, patch)
    const missing = place - known.place - (value === undefined ? 0 : 1)
    return { ...at, whole, place, lost: known.lost + Math.max(0, missing), value: value ?? known.value }
  }
}

/** Undefined where the patch is lost, or goes on from one that is. */
function patchedValue(value: Uint8Array, patch: Uint8Array | undefined): Uint8Array | undefined {
  if (patch === undefined) return undefined
  try {
    return applyPatch(value, patch)
  } catch (thrown) {
    if (thrown instanceof CinescopeError) return undefined
    throw thrown
  }
}

function wholeState(thread: number, rows: Rows, row: number, value: Uint8Array | undefined): CarriedState {
  return {
    ...placed(thread, rows, row),
    whole: rows.seq[row]!,
    place: 0,
    lost: 0,
    // the page it lies in is let go of
    value: value?.slice(),
  }
}

function placed(thread: number, rows: Rows, row: number): Omit<CarriedState, 'whole' | 'place' | 'lost' | 'value'> {
  return {
    entity: rows.subject[row]!,
    thread,
    seq: rows.seq[row]!,
    time: rows.time[row]!,
    word: ((rows.word[row]! & ~0x3f) | SNAPSHOT | FLAG.synthetic) >>> 0,
    site: rows.site[row]!,
    parent: rows.parent[row]!,
    root: rows.root[row]!,
  }
}
