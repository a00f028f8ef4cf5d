/** HOT. Encodes values of the recorded program into the arena: bounded, redacted, never throwing, never running its code. */

import { CinescopeError, MAX_VALUE_BYTES, OMISSION, type StatePath, TAG } from '@cinescope/protocol'
import type { CapturedText } from './captured-text.ts'
import { writeQuery, writeText } from './captured-text.ts'
import type { KeyTable } from './keys.ts'
import type { Redaction } from './redaction.ts'
import { writeChange } from './reported-change.ts'
import { isStackEnd } from './stack-end.ts'
import type { ValueLimits } from './walker.ts'
import { MOST_LEVELS, Walker } from './walker.ts'

export type { CapturedText } from './captured-text.ts'
export type { ValueLimits } from './walker.ts'

const MIN_BYTES = 64
const MAX_WIDTH = 10_000
const MAX_STRING = MAX_VALUE_BYTES

/**
 * Encodes one value at a time. `into` must have `maxBytes` bytes from `at` on; nothing at or beyond `at + maxBytes` is
 * written, and what is returned ends a whole document. Cost: bench row `span-values`; listing the keys of an object is
 * V8's work and takes time proportional to all of them, not only to those kept.
 */
export class ValueEncoder {
  /** The last call left something out because of a limit. */
  truncated = false
  /** Keys were turned away in the last call that may get a number later. */
  get hasUnnumbered(): boolean {
    return this.#walker.keys.overflowed !== this.#overflowed
  }
  #overflowed = 0
  /** Times a walk failed, by a fault of ours or by a stack that was nearly exhausted; the value is `threw` then. */
  faults = 0
  #fault: unknown = undefined
  readonly #walker: Walker
  readonly #limits: ValueLimits
  /** Of the room of this value, whatever becomes of the limits while it is walked. */
  #end = 0

  /** `limits` may change between two values, as far as they are allowed. @throws CSC_ERR_OPTION */
  constructor(keys: KeyTable, redaction: Redaction, limits: ValueLimits) {
    checkLimit('maxDepth', limits.maxDepth, 1, MOST_LEVELS)
    checkLimit('maxWidth', limits.maxWidth, 1, MAX_WIDTH)
    checkLimit('maxStringLength', limits.maxStringLength, 1, MAX_STRING)
    checkLimit('maxBytes', limits.maxBytes, MIN_BYTES, MAX_VALUE_BYTES)
    this.#walker = new Walker(keys, redaction, limits)
    this.#limits = limits
  }

  /** Encodes any value; returns the end. */
  encode(value: unknown, into: Uint8Array, at: number): number {
    const walker = this.#begin(into, at)
    try {
      return this.#finish(walker.value(value, at, 0, walker.redaction.paths))
    } catch (thrown) {
      return this.#recover(at, thrown)
    }
  }

  /**
   * Encodes the arguments of a call as an array. Bit i of `hidden` leaves out argument i (the last bit stands for all
   * from 31 on): a probe that knows parameter names sets it for the sensitive ones.
   */
  encodeArguments(args: ArrayLike<unknown>, into: Uint8Array, at: number, hidden = 0): number {
    const walker = this.#begin(into, at)
    try {
      return this.#finish(walker.arguments(args, at, hidden))
    } catch (thrown) {
      return this.#recover(at, thrown)
    }
  }

  /** Encodes a body that arrived as text: JSON, urlencoded, multipart; of anything else only type and length. */
  encodeText(text: CapturedText, into: Uint8Array, at: number): number {
    const walker = this.#begin(into, at)
    try {
      return this.#finish(writeText(walker, text, at))
    } catch (thrown) {
      return this.#recover(at, thrown)
    }
  }

  /** Encodes a query string, with or without its `?`, as an object; paths apply under `query`. */
  encodeQuery(query: string, into: Uint8Array, at: number): number {
    const walker = this.#begin(into, at)
    try {
      return this.#finish(writeQuery(walker, query, at))
    } catch (thrown) {
      return this.#recover(at, thrown)
    }
  }

  /**
   * Encodes the values that `state` has at `paths` as changes of a patch. Gives their end, `at` when all are hidden, and -1 when
   * one cannot be told without the rest of the state.
   */
  encodeChanges(state: unknown, paths: readonly StatePath[], into: Uint8Array, start: number): number {
    const walker = this.#begin(into, start)
    try {
      let at = start
      // no iterator, which the program may have replaced
      for (let i = 0; i < paths.length && at >= 0; i++) at = writeChange(walker, state, paths[i]!, at)
      this.#finish(at)
      return at
    } catch (thrown) {
      this.#recover(start, thrown)
      return -1
    }
  }

  /** What made a walk fail, if it was a fault of ours and not the end of the stack; once. */
  takeFault(): unknown {
    const fault = this.#fault
    this.#fault = undefined
    return fault
  }

  #begin(into: Uint8Array, at: number): Walker {
    const walker = this.#walker
    walker.into = into
    this.#end = at + this.#limits.maxBytes
    walker.end = this.#end
    walker.truncated = false
    walker.keys.begin()
    this.#overflowed = walker.keys.overflowed
    walker.jsonKeys.begin()
    return walker
  }

  #finish(end: number): number {
    this.truncated = this.#walker.truncated
    return end
  }

  #recover(at: number, thrown: unknown): number {
    this.faults++
    if (!isStackEnd(thrown)) this.#fault ??= thrown
    this.truncated = true
    const walker = this.#walker
    walker.reset()
    walker.wipe(at, this.#end)
    walker.byte(at, TAG.omitted)
    walker.byte(at + 1, OMISSION.threw)
    return walker.byte(at + 2, 0)
  }
}

function checkLimit(name: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return
  throw new CinescopeError('CSC_ERR_OPTION', `${name} is a whole number from ${min} to ${max}, got ${String(value)}`)
}
