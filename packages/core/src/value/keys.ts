/** Interns the keys of values and remembers which of them are sensitive. HOT: one lookup per captured key. */

import { roleOf, TREATMENT } from './key-roles.ts'
import { mapGet, ownCopy } from './intrinsics.ts'
import type { Sensitivity } from './names.ts'
import { SENSITIVITY } from './names.ts'
import type { Redaction } from './redaction.ts'
import { scrubKey } from './scrub.ts'

/** Numbers for key texts, given once and never changed. */
export interface KeyTable {
  /**
   * The number of `key`, defined now if need be; -1 when the table is full or the key is not worth one: write it inline.
   * Foreign are keys that a peer may have chosen, and the new ones of a value beyond the first 32: they fill half of the table.
   */
  intern(key: string, isForeign?: boolean): number
  /** Another value begins. */
  begin(): void
  isSensitive(id: number): boolean
  sensitivity(id: number): Sensitivity
  /** Bits of `TREATMENT`; 0 for most keys. */
  treatment(id: number): number
  readonly size: number
  /** Keys turned away because the table was full. */
  readonly overflowed: number
}

/** What a key table is made of. */
export interface KeyTableOptions {
  readonly maxKeys: number
  readonly redaction: Redaction
  /** Called once per number, before `intern` returns it; false when there is no room for what it says, and so no number. */
  onDefine(id: number, text: string): boolean
}

/** Longest key that gets a number, in code units. */
const MAX_KEY_LENGTH = 64

/** Keys with more digits than this are ids; they would fill the table. */
const MAX_KEY_DIGITS = 3

/** So many new keys of one value are believed to be the program's. */
const MAX_FRESH = 32

/** Creates an empty table. */
export function createKeyTable(options: KeyTableOptions): KeyTable {
  return new Keys(options)
}

class Keys implements KeyTable {
  readonly #ids = new Map<string, number>()
  readonly #treatments: Uint8Array
  readonly #maxKeys: number
  readonly #redaction: Redaction
  readonly #options: KeyTableOptions
  #overflowed = 0
  #fresh = 0

  constructor(options: KeyTableOptions) {
    this.#maxKeys = options.maxKeys
    this.#redaction = options.redaction
    this.#options = options
    this.#treatments = new Uint8Array(options.maxKeys)
  }

  get size(): number {
    return this.#ids.size
  }

  get overflowed(): number {
    return this.#overflowed
  }

  intern(key: string, isForeign = false): number {
    return mapGet(this.#ids, key) ?? this.#define(key, isForeign || this.#fresh >= MAX_FRESH)
  }

  begin(): void {
    this.#fresh = 0
  }

  isSensitive(id: number): boolean {
    return this.sensitivity(id) !== SENSITIVITY.none
  }

  sensitivity(id: number): Sensitivity {
    return (this.treatment(id) & TREATMENT.sensitivity) as Sensitivity
  }

  treatment(id: number): number {
    return this.#treatments[id] ?? 0
  }

  #define(key: string, isForeign: boolean): number {
    if (key.length > MAX_KEY_LENGTH || countDigits(key) > MAX_KEY_DIGITS) return -1
    // whoever writes it inline scrubs it
    if (this.#ids.size >= (isForeign ? this.#maxKeys >>> 1 : this.#maxKeys)) {
      this.#overflowed++
      return -1
    }
    if (scrubKey(key, this.#redaction) !== key) return -1
    this.#fresh++
    const id = this.#ids.size
    const own = ownCopy(key)
    this.#treatments[id] = this.#redaction.classify(own) | roleOf(own)
    if (!this.#options.onDefine(id, own)) {
      this.#overflowed++
      return -1
    }
    this.#ids.set(own, id)
    return id
  }
}

function countDigits(key: string): number {
  let digits = 0
  for (let i = 0; i < key.length; i++) {
    const unit = key.charCodeAt(i)
    if (unit >= 0x30 && unit <= 0x39) digits++
  }
  return digits
}
