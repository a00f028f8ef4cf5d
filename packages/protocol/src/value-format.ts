/**
 * The encoded value: one self-delimiting binary document, keys interned per process. Decoding runs nothing and is bounded.
 *
 * A value is a tag byte and its payload; `v` is an unsigned LEB128 varint, `V` a nested value, `K` a key:
 * | tag | payload | meaning |
 * |---|---|---|
 * | undefined, null, true, false, nan, infinity, negativeInfinity, negativeZero | - | themselves |
 * | uint, negative | v | a safe integer, and the negation of one |
 * | double | f64 LE | any other number |
 * | latin1 | v bytes | string, one byte a code unit |
 * | utf16 | v bytes | string, two bytes a code unit LE (v = code units), lone surrogates kept |
 * | bigint | V | its decimal digits as a string |
 * | cut | v V | a string of v code units of which V is the prefix |
 * | array, set | V* end | items |
 * | object | (K V)* 0 | own enumerable string keys in order |
 * | instance | K (K V)* 0 | object of a class named by the key |
 * | map | (V V)* end | entries; an omission by `width` or `size` in a key's place stands for all that follow |
 * | date | f64 LE | ms since 1970, NaN for an invalid date |
 * | regexp | V | source with flags, a string |
 * | error | K V V V (K V)* 0 | class name, message, stack or undefined, cause or undefined, own fields |
 * | bytes | K v v bytes | view or buffer: class name, whole length, length of the prefix that follows, prefix |
 * | function, symbol | V | name or description, a string |
 * | opaque | K | an object whose inside is not looked at (Promise, WeakMap, ...): class name |
 * | cycle | v | the ancestor v levels up |
 * | omitted | reason v | left out: a reason byte and how much (keys, items, bytes; 0 = not known) |
 *
 * A key is a varint: 0 = no more keys; 1 = inline, a string value follows; 2 = keys left out: reason byte, varint count
 * (no value follows); n >= 3: interned key n - 3.
 *
 * A patch is a document of its own, the changes that make one value the next: tag `patch`, v its place in its chain (1 is the
 * first after a whole state), changes, 0. A change is an operation, v steps, the steps, and what the operation takes:
 * | operation | takes | meaning |
 * |---|---|---|
 * | set | V | the member or item is V; a member that is not there comes last, as does the item behind the last |
 * | delete | - | the member goes |
 * | splice | v v v V* | in the list from item v, v items go and others come, of v bytes together; of a map an item is an entry |
 *
 * A step is the key of a member as it stands in the value, or 0 and v the index of an item; a map's entry by its place.
 */

/** Tag bytes of the format above. */
export const TAG = {
  undefined: 0x00,
  null: 0x01,
  true: 0x02,
  false: 0x03,
  nan: 0x04,
  infinity: 0x05,
  negativeInfinity: 0x06,
  negativeZero: 0x07,
  uint: 0x08,
  negative: 0x09,
  double: 0x0a,
  latin1: 0x10,
  utf16: 0x11,
  bigint: 0x12,
  cut: 0x13,
  array: 0x20,
  object: 0x21,
  instance: 0x22,
  map: 0x23,
  set: 0x24,
  date: 0x25,
  regexp: 0x26,
  error: 0x27,
  bytes: 0x28,
  function: 0x29,
  symbol: 0x2a,
  opaque: 0x2b,
  cycle: 0x2c,
  omitted: 0x30,
  patch: 0x31,
  end: 0xff,
} as const

/** Varints of a key that is not interned. Interned key n is written as n + KEY.first. */
export const KEY = { end: 0, inline: 1, omitted: 2, first: 3 } as const

/** Operations of a patch. */
export const CHANGE = { end: 0, set: 1, delete: 2, splice: 3 } as const

/** Why something was left out of a value, or a whole value was. */
export const OMISSION = {
  depth: 1,
  width: 2,
  size: 3,
  getter: 4,
  proxy: 5,
  redacted: 6,
  lost: 7,
  threw: 8,
  text: 9,
  off: 10,
  corrupt: 11,
  pruned: 12,
  thinned: 13,
} as const

/** The name of a reason. */
export type Omission = keyof typeof OMISSION

/** Stands in a decoded value where something was left out. */
export class Omitted {
  readonly reason: Omission
  /** Keys, items or bytes left out; 0 when not known. */
  readonly amount: number

  constructor(reason: Omission, amount: number) {
    this.reason = reason
    this.amount = amount
  }

  toJSON(): object {
    return this.amount > 0 ? { $omitted: this.reason, amount: this.amount } : { $omitted: this.reason }
  }
}

/** Stands in a decoded value for something JSON has no form for: a date, map, class instance, error, buffer and so on. */
export class Special {
  readonly type: string
  /** Plain members: for an error `message`, `stack`, `cause` and own fields; for an instance its fields; `entries`, `items`, `text`, ... */
  readonly members: { readonly [key: string]: unknown }

  constructor(type: string, members: { readonly [key: string]: unknown }) {
    this.type = type
    this.members = members
  }

  toJSON(): object {
    return { $type: this.type, ...this.members }
  }
}

const REASONS = new Map<number, Omission>(Object.entries(OMISSION).map(([name, code]) => [code, name as Omission]))

/** The reason of a code; `corrupt` for one that this version does not know. */
export function omissionName(code: number): Omission {
  return REASONS.get(code) ?? 'corrupt'
}
