/** Values made up by the grammar of packages/protocol/src/value-format.ts, sound and not, in the places of others. */

import { KEY, OMISSION, TAG } from '@cinescope/protocol'
import { intBelow, pick, type Random } from './random.ts'

/** Texts that mean something to somebody. */
const TEXTS = [
  '',
  'sample',
  '__proto__',
  'constructor',
  'toJSON',
  'then',
  '$type',
  '\u001b]0;title\u0007\u001b[2J',
  '\r\n\u0000\u009b',
  '{"a":[1,',
  'a'.repeat(300),
  '9'.repeat(200),
]
const WIDE = ['\u202egnp.exe', '☃'.repeat(50), '\ud800', '\u2028\u2029', '𝄞']
const COUNTS = [0, 1, 2, 3, 127, 128, 16_384, 2 ** 31, 2 ** 32 - 1, 2 ** 53 - 1]
const DOUBLES = [0, -0, 0.5, Number.NaN, Infinity, -Infinity, 8.64e15, 8.64e15 + 1, 5e-324, 1.7e308]
const BARE = [
  TAG.undefined,
  TAG.null,
  TAG.true,
  TAG.false,
  TAG.nan,
  TAG.infinity,
  TAG.negativeInfinity,
  TAG.negativeZero,
]
const DEEPEST = 40

/** A made-up value of exactly `length` bytes, as a decoder wants it, in an array or in a member of an object. */
export function madeUpValue(random: Random, length: number): Uint8Array {
  for (let most = length - 12; most > 0; most >>= 1) {
    const isObject = random() < 0.6
    const bytes: number[] = isObject ? [TAG.object] : [TAG.array]
    if (isObject) putKey(bytes, random)
    putValue(bytes, random, { depth: 0, most })
    const left = length - bytes.length - 1
    if (left < 2) continue
    if (isObject) putPadding(bytes, left)
    else bytes.push(...Array<number>(left).fill(TAG.undefined))
    bytes.push(isObject ? KEY.end : TAG.end)
    return Uint8Array.from(bytes)
  }
  return new Uint8Array(length)
}

/** Members that take so many bytes, two or more: an interned key and `undefined`, or a number where that leaves one byte. */
function putPadding(bytes: number[], length: number): void {
  for (let left = length; left > 0; left -= 2) {
    if (left === 3) return void bytes.push(KEY.first, TAG.uint, 0)
    bytes.push(KEY.first, TAG.undefined)
  }
}

interface Place {
  readonly depth: number
  /** Bytes after which no more is nested. */
  readonly most: number
}

type Put = (bytes: number[], random: Random, place: Place) => void

const PUTS: readonly Put[] = [
  (bytes, random) => bytes.push(pick(random, BARE)),
  (bytes, random) => putNumber(bytes, pick(random, [TAG.uint, TAG.negative, TAG.cycle]), random),
  (bytes, random) => bytes.push(pick(random, [TAG.double, TAG.date]), ...doubleOf(pick(random, DOUBLES))),
  (bytes, random) => putText(bytes, random),
  (bytes, random, place) => {
    bytes.push(pick(random, [TAG.bigint, TAG.regexp, TAG.function, TAG.symbol]))
    if (random() < 0.7) putText(bytes, random)
    else putValue(bytes, random, place)
  },
  (bytes, random, place) => {
    putNumber(bytes, TAG.cut, random)
    putValue(bytes, random, place)
  },
  (bytes, random, place) => {
    bytes.push(pick(random, [TAG.array, TAG.set, TAG.map]))
    putSeveral(bytes, random, place, putValue)
    bytes.push(TAG.end)
  },
  (bytes, random, place) => {
    bytes.push(TAG.object)
    putMembers(bytes, random, place)
  },
  (bytes, random, place) => {
    bytes.push(TAG.instance)
    putKey(bytes, random)
    putMembers(bytes, random, place)
  },
  (bytes, random, place) => {
    bytes.push(TAG.error)
    putKey(bytes, random)
    for (let part = 0; part < 3; part++) putValue(bytes, random, place)
    putMembers(bytes, random, place)
  },
  (bytes, random) => {
    bytes.push(TAG.opaque)
    putKey(bytes, random)
  },
  (bytes, random) => {
    bytes.push(TAG.bytes)
    putKey(bytes, random)
    putVarint(bytes, pick(random, COUNTS))
    putVarint(bytes, 3)
    bytes.push(1, 2, 3)
  },
  (bytes, random) => {
    bytes.push(TAG.omitted, pick(random, [...Object.values(OMISSION), 0, 99]))
    putVarint(bytes, pick(random, COUNTS))
  },
]

function putValue(bytes: number[], random: Random, { depth, most }: Place): void {
  const isFull = depth > DEEPEST || bytes.length > most
  pick(random, isFull ? PUTS.slice(0, 4) : PUTS)(bytes, random, { depth: depth + 1, most })
}

function putMembers(bytes: number[], random: Random, place: Place): void {
  putSeveral(bytes, random, place, (into) => {
    putKey(into, random)
    putValue(into, random, place)
  })
  bytes.push(KEY.end)
}

function putSeveral(bytes: number[], random: Random, place: Place, put: Put): void {
  const count = intBelow(random, 5)
  for (let i = 0; i < count && bytes.length < place.most; i++) put(bytes, random, place)
}

function putKey(bytes: number[], random: Random): void {
  const kind = random()
  if (kind < 0.5) putVarint(bytes, KEY.first + intBelow(random, 12))
  else if (kind < 0.6) putVarint(bytes, pick(random, COUNTS))
  else if (kind < 0.9) {
    putVarint(bytes, KEY.inline)
    putText(bytes, random)
  } else {
    putVarint(bytes, KEY.omitted)
    bytes.push(pick(random, Object.values(OMISSION)))
    putVarint(bytes, pick(random, COUNTS))
  }
}

function putText(bytes: number[], random: Random): void {
  const isWide = random() < 0.3
  const text = pick(random, isWide ? WIDE : TEXTS)
  bytes.push(isWide ? TAG.utf16 : TAG.latin1)
  putVarint(bytes, random() < 0.95 ? text.length : pick(random, COUNTS))
  bytes.push(...Buffer.from(text, isWide ? 'utf16le' : 'latin1'))
}

function putNumber(bytes: number[], tag: number, random: Random): void {
  bytes.push(tag)
  putVarint(bytes, pick(random, COUNTS))
}

function putVarint(bytes: number[], value: number): void {
  for (; value >= 0x80; value = Math.floor(value / 128)) bytes.push((value % 128) | 0x80)
  bytes.push(value)
}

function doubleOf(value: number): Uint8Array {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleLE(value)
  return bytes
}
