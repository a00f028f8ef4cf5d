/** Values that the recorder itself makes of what it was given: texts to be tokenized, and documents of its own. */

import { encodePlainRecord, type PlainRecord } from '../base/plain-value.ts'
import type { CapturedText } from '../value/captured-text.ts'

/** A value that arrives as text, to be tokenized and redacted as such. */
export class Text {
  readonly #text: CapturedText

  constructor(text: CapturedText) {
    this.#text = text
  }

  get text(): CapturedText {
    return this.#text
  }

  /** True for texts. A private name is looked for without running a proxy's traps, which `instanceof` would run. */
  static is(value: unknown): value is Text {
    return typeof value === 'object' && value !== null && #text in value
  }
}

/** Stands for a value that was left out to keep within the budget. */
export const THINNED: unique symbol = Symbol('thinned')

/** A value that the encoder has encoded already. Whoever records it fills it in anew each time. */
export class EncodedDocument {
  #bytes: Uint8Array = new Uint8Array(0)
  length = 0

  set bytes(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** Copies it; gives its length. */
  copyTo(into: Uint8Array, at: number): number {
    const bytes = this.#bytes
    for (let i = 0; i < this.length; i++) into[at + i] = bytes[i]!
    return this.length
  }

  /** True for one of ours; looks at nothing that a proxy could answer. */
  static is(value: unknown): value is EncodedDocument {
    return typeof value === 'object' && value !== null && #bytes in value
  }
}

/** A value of our own making: checked ids and numbers, at most 256 bytes encoded, never host data, so nothing redacts it. */
export class OwnDocument {
  readonly #bytes: Uint8Array

  constructor(record: PlainRecord) {
    this.#bytes = encodePlainRecord(record)
  }

  /** True for one of ours; looks at nothing that a proxy could answer. */
  static is(value: unknown): value is OwnDocument {
    return typeof value === 'object' && value !== null && #bytes in value
  }

  get bytes(): Uint8Array {
    return this.#bytes
  }
}
