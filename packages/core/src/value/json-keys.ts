/** HOT. Keys of JSON looked up by their bytes, so that a key seen before makes no string. */

import { utf8Text } from './intrinsics.ts'
import { namingOf, roleOf, TREATMENT } from './key-roles.ts'
import type { KeyTable } from './keys.ts'
import type { NameRules, Sensitivity } from './names.ts'

/** A key as the tokenizer needs it. */
export interface JsonKey {
  readonly name: string
  /** Number in the key table; -1 where it is written inline. */
  readonly id: number
  readonly sensitivity: Sensitivity
  /** What the value says of the member beside it, a code of `NAMING`. */
  readonly naming: number
  /** It is a value that the member beside it names: bits of `TREATMENT`. */
  readonly named: number
}

interface Known extends JsonKey {
  readonly hash: number
  readonly bytes: Uint8Array
}

const SLOTS = 1024
/** Keys of one value that are written inline; when a peer has filled its half of the table, all new ones are. */
const MAX_UNKNOWN = 64
const MAX_BYTES = 32

/** Remembers one key a slot; a peer that sends many only makes it forget. */
export class JsonKeys {
  readonly #keys: KeyTable
  readonly #names: NameRules
  #unknown = 0
  readonly #slots: (Known | undefined)[] = Array.from({ length: SLOTS }, () => undefined)

  constructor(keys: KeyTable, names: NameRules) {
    this.#keys = keys
    this.#names = names
  }

  /** Another value begins. */
  begin(): void {
    this.#unknown = 0
  }

  /** True when the value has had so many keys without a number that no more are looked at: each costs more than its object. */
  get isExhausted(): boolean {
    return this.#unknown >= MAX_UNKNOWN
  }

  /** The key whose bytes, plain ones without a backslash, are `bytes[from, to)`. */
  at(bytes: Uint8Array, from: number, to: number): JsonKey {
    if (to - from > MAX_BYTES) return this.of(utf8Text(bytes, from, to))
    const hash = hashOf(bytes, from, to)
    // the index is below SLOTS
    const known = this.#slots[hash & (SLOTS - 1)]
    if (known !== undefined && known.hash === hash && isSame(known.bytes, bytes, from, to)) return known
    const key = this.of(utf8Text(bytes, from, to))
    if (key.id >= 0) this.#slots[hash & (SLOTS - 1)] = { ...key, hash, bytes: bytes.slice(from, to) }
    return key
  }

  /** The number of a peer's key, -1 for one that is written inline. */
  number(name: string): number {
    const id = this.#keys.intern(name, true)
    if (id < 0) this.#unknown++
    return id
  }

  /** The key of that name. */
  of(name: string): JsonKey {
    const id = this.number(name)
    return {
      name,
      id,
      sensitivity: id >= 0 ? this.#keys.sensitivity(id) : this.#names.classify(name),
      naming: namingOf(name),
      named: roleOf(name) & (TREATMENT.value | TREATMENT.data),
    }
  }
}

function hashOf(bytes: Uint8Array, from: number, to: number): number {
  let hash = to - from
  // i is below to, which is at most bytes.length
  for (let i = from; i < to; i++) hash = (Math.imul(hash, 31) + bytes[i]!) | 0
  return hash
}

function isSame(known: Uint8Array, bytes: Uint8Array, from: number, to: number): boolean {
  if (known.length !== to - from) return false
  for (let i = 0; i < known.length; i++) if (known[i] !== bytes[from + i]) return false
  return true
}
