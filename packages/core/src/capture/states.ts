/**
 * HOT. Records states of entities: whole, or what has changed since the state recorded last. Bench row `patch`.
 *
 * A chain is a whole state and the patches behind it, each with its place in the chain and, as its number, the seq of the whole
 * state. So a reader knows what it needs, and sees what is missing. A chain ends after so many patches or bytes, or records of
 * the thread; then the whole state follows the patch, with the patch's seq as its number: it is nobody's write. A chain is of one
 * set of limits, and of states that are all cut by them or all not: so a reader knows which changes may be a limit's.
 */

import { CHANGE, FLAG, KINDS, putVarint, type StatePath, TAG, ValueDiff } from '@cinescope/protocol'
import type { RingProducer } from '../ring/producer.ts'
import type { ValueLimits } from '../value/encoder.ts'
import { isStackEnd } from '../value/stack-end.ts'
import { type KeptState, KeptStates } from './kept-states.ts'
import { EncodedDocument } from './own-value.ts'
import type { Recorder } from './recorder.ts'
import type { SectionCosts } from './section-costs.ts'

/** Bytes of states that a thread keeps for comparing. */
const KEPT_BYTES = 4_194_304
/** Patches of a chain. */
const MAX_PATCHES = 64
/** Bytes of a chain's patches, in whole states; small states may take the least. */
const MAX_PATCH_WHOLES = 4
const LEAST_PATCH_BYTES = 4096
/** Records between a whole state and its last patch: the rows of a segment or two, which a reader has to open. */
const MAX_SPREAD = 8192
/** Changes of one report; a patch is applied change by change. */
const MAX_REPORTED = 256
/** A patch is worth its chain when it takes less than this part of the whole state. */
const WORTH_SHIFT = 1
/** Bytes before the changes of a patch and behind them. */
const HEAD_ROOM = 16
const SNAPSHOT = KINDS['state.snapshot']
const PATCH = KINDS['state.patch']

/** Whose state it is, and where it was recorded. */
export interface StateSubject {
  /** Number of the entity; 0 has no chain. */
  readonly entity: number
  readonly parent: number
  readonly root: number
  readonly flags: number
}

/** How often the limits of values have been changed. */
interface LimitChanges {
  readonly limitChanges: number
}

interface MutableValue {
  bytes: Uint8Array
  length: number
}

/** One per thread. Nothing is thrown into the host. */
export class StateRecorder {
  readonly #recorder: Recorder
  readonly #sections: SectionCosts
  readonly #ring: RingProducer
  readonly #kept = new KeptStates(KEPT_BYTES)
  readonly #diff = new ValueDiff()
  readonly #limits: Pick<ValueLimits, 'maxBytes'>
  readonly #settings: LimitChanges
  #state = new Uint8Array(0)
  /** A report is walked behind the patch's head. */
  #patch = new Uint8Array(0)
  readonly #before: MutableValue = { bytes: new Uint8Array(0), length: 0 }
  readonly #after: MutableValue = { bytes: new Uint8Array(0), length: 0 }
  readonly #document = new EncodedDocument()
  /** What broke off a record; its chain, whichever it was, cannot be gone on with. */
  #brokenBy: unknown = undefined

  /** `limits` may change between two states, which `settings` counts. */
  constructor(recorder: Recorder, ring: RingProducer, limits: Pick<ValueLimits, 'maxBytes'>, settings: LimitChanges) {
    this.#recorder = recorder
    this.#sections = recorder.cost.sections
    this.#ring = ring
    this.#limits = limits
    this.#settings = settings
    this.#makeRoom(limits.maxBytes)
  }

  /** Records the state as it is; nothing if it is as it was recorded last. */
  state(subject: StateSubject, state: unknown): void {
    if (!this.#recorder.enabled) return
    const section = this.#begin()
    try {
      this.#compare(subject, state)
    } catch (thrown) {
      // the stack ends here: nothing may be called
      this.#brokenBy = thrown
    }
    this.#sections.end(section)
  }

  /** Records the values that `state` has at `paths`, which are said to have changed since it was recorded last. */
  changed(subject: StateSubject, state: unknown, paths: readonly StatePath[]): void {
    if (!this.#recorder.enabled) return
    const section = this.#begin()
    try {
      if (!this.#report(subject, state, paths)) this.#compare(subject, state)
    } catch (thrown) {
      // the stack ends here: nothing may be called
      this.#brokenBy = thrown
    }
    this.#sections.end(section)
  }

  /** The entity has died: its chain ends. */
  forget(entity: number): void {
    this.#kept.forget(entity)
  }

  /** Bytes of states that are kept for comparing. */
  get keptBytes(): number {
    return this.#kept.bytes
  }

  /** What broke off a record, once. */
  takeFault(): unknown {
    const fault = this.#brokenBy
    this.#settle()
    return isStackEnd(fault) ? undefined : fault
  }

  #settle(): void {
    if (this.#brokenBy === undefined) return
    this.#kept.clear()
    this.#brokenBy = undefined
  }

  #compare(subject: StateSubject, state: unknown): void {
    const length = this.#recorder.encode(state, this.#state)
    if (length < 0) return
    const isComplete = !this.#recorder.truncated
    const isNumbered = !this.#recorder.hasUnnumbered
    const kept = subject.entity === 0 ? undefined : this.#kept.get(subject.entity)
    if (kept !== undefined && kept.length > 0) {
      const from = this.#head(kept)
      const before = this.#before
      before.bytes = kept.bytes
      before.length = kept.length
      this.#after.bytes = this.#state
      this.#after.length = length
      const end = this.#diff.changes(before, this.#after, this.#patch, from, length >> WORTH_SHIFT)
      if (end === from) {
        kept.limits = this.#settings.limitChanges
        return
      }
      if (end > 0 && kept.isComplete === isComplete && kept.limits === this.#settings.limitChanges) {
        if (this.#writePatch(subject, kept, end, isComplete)) {
          this.#keep(kept, length)
          kept.isNumbered &&= isNumbered
          if (this.#isDue(kept)) this.#writeWhole(subject, kept, length, isComplete, this.#recorder.seq)
        }
        return
      }
    }
    this.#writeWhole(subject, kept, length, isComplete, 0)
  }

  /** False when a patch cannot be made of the report. */
  #report(subject: StateSubject, state: unknown, paths: readonly StatePath[]): boolean {
    const kept = subject.entity === 0 ? undefined : this.#kept.get(subject.entity)
    if (kept === undefined || kept.whole === 0 || !kept.isComplete || !kept.isNumbered) return false
    if (kept.limits !== this.#settings.limitChanges) return false
    if (paths.length > MAX_REPORTED) return false
    const from = this.#head(kept)
    const end = this.#recorder.encodeChanges(state, paths, this.#patch, from)
    if (end < 0 || end >= this.#limits.maxBytes || this.#recorder.hasUnnumbered) return false
    // all of it is hidden, or nothing was reported
    if (end === from) return true
    if (!this.#writePatch(subject, kept, end, !this.#recorder.truncated)) return true
    kept.length = 0
    if (!this.#isDue(kept)) return true
    const patch = this.#recorder.seq
    const length = this.#recorder.encode(state, this.#state)
    if (length >= 0) this.#writeWhole(subject, kept, length, !this.#recorder.truncated, patch)
    return true
  }

  #head(kept: KeptState): number {
    this.#patch[0] = TAG.patch
    return putVarint(this.#patch, 1, kept.patches + 1)
  }

  /** False when it was lost; the chain is forgotten then. */
  #writePatch(subject: StateSubject, kept: KeptState, end: number, isComplete: boolean): boolean {
    this.#patch[end] = CHANGE.end
    if (this.#write(PATCH, subject, this.#patch, end + 1, kept.whole, isComplete) === 0) return false
    kept.patches++
    kept.patchBytes += end + 1
    kept.isComplete &&= isComplete
    return true
  }

  /** `beside` is the seq of the patch that led to the state, 0 if this is how it is told. */
  #writeWhole(
    subject: StateSubject,
    known: KeptState | undefined,
    length: number,
    isComplete: boolean,
    beside: number,
  ): void {
    const seq = this.#write(SNAPSHOT, subject, this.#state, length, beside, isComplete)
    if (seq === 0 || subject.entity === 0) return
    const kept = known ?? this.#kept.add(subject.entity)
    kept.whole = seq
    kept.wholeLength = length
    kept.patches = 0
    kept.patchBytes = 0
    kept.isComplete = isComplete
    kept.limits = this.#settings.limitChanges
    // asked right after the walk of this very state
    kept.isNumbered = !this.#recorder.hasUnnumbered
    this.#keep(kept, length)
  }

  /** Gives the seq; 0 when the record or its value was lost: what comes next is a whole state. */
  #write(
    kind: number,
    { entity, parent, root, flags }: StateSubject,
    bytes: Uint8Array,
    length: number,
    number: number,
    isComplete: boolean,
  ): number {
    const ring = this.#ring
    const lost = ring.refused + ring.valuesLost
    this.#document.bytes = bytes
    this.#document.length = length
    const marks = isComplete ? flags : flags | FLAG.truncated
    const seq = this.#recorder.point(kind, 0, parent, root, this.#document, number, 0, entity, marks)
    if (seq !== 0 && ring.refused + ring.valuesLost === lost) return seq
    this.#kept.forget(entity)
    return 0
  }

  #keep(kept: KeptState, length: number): void {
    const held = kept.bytes.length
    kept.keep(this.#state, length)
    if (kept.bytes.length !== held) this.#kept.grown(kept.bytes.length - held)
  }

  #isDue({ patches, patchBytes, wholeLength, whole }: KeptState): boolean {
    return (
      patches >= MAX_PATCHES ||
      patchBytes > Math.max(LEAST_PATCH_BYTES, wholeLength * MAX_PATCH_WHOLES) ||
      this.#ring.seq - whole > MAX_SPREAD
    )
  }

  /** Begins the section that the call is. */
  #begin(): number {
    this.#settle()
    if (this.#ring.wasLapped()) this.#kept.clear()
    const { maxBytes } = this.#limits
    if (this.#state.length < maxBytes) this.#makeRoom(maxBytes)
    return this.#sections.begin()
  }

  #makeRoom(maxBytes: number): void {
    this.#state = new Uint8Array(maxBytes)
    this.#patch = new Uint8Array(maxBytes + HEAD_ROOM)
  }
}
