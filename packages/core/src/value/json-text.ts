/**
 * HOT. Tokenizes JSON text into a value document, redacting as it goes. Lenient: what was read before the text ends or stops
 * being JSON is kept, the rest is marked; a string or number that the end cuts is dropped, since it may be half a secret.
 */

import { KEY, OMISSION, TAG } from '@cinescope/protocol'
import { maskCards } from './cards.ts'
import { AT_END, isContainer, JsonCursor } from './json-cursor.ts'
import { hiddenBeside, NAMING } from './key-roles.ts'
import { utf8Text } from './intrinsics.ts'
import type { JsonKey } from './json-keys.ts'
import type { Sensitivity } from './names.ts'
import { SENSITIVITY } from './names.ts'
import type { PathState } from './paths.ts'
import { CARD_DIGITS } from './suspicion.ts'
import type { Walker } from './walker.ts'

/** JSON text to tokenize. */
export interface JsonSource {
  /** In UTF-8. */
  readonly bytes: Uint8Array
  /** False when the text is a prefix of what was sent. */
  readonly isWhole: boolean
}

/** Of an object, bits of `TREATMENT`: values that are secrets as the members passed tell, and those written before. */
interface Pair {
  hidden: number
  written: number
  /** Up to three strings that may name a secret: place, length and naming in one number; 0 for none. */
  first: number
  second: number
  third: number
}

/** Bytes of names that announce a secret, written in escapes at the longest. */
const SHORTEST_NAME = 3
const LONGEST_NAME = 64 * 6
/** Above `LONGEST_NAME`. */
const PLACE = 512

/** Writes the document of `source`; returns the end. `depth` containers are open already. */
export function writeJson(
  walker: Walker,
  source: JsonSource,
  at: number,
  depth: number,
  path: PathState | undefined,
): number {
  return new JsonWriter(walker, source).document(at, depth, path)
}

class JsonWriter {
  readonly #walker: Walker
  readonly #cursor: JsonCursor
  readonly #isWhole: boolean
  /** Why the rest is missing when the text ends too early. */
  readonly #reason: number
  /** The value just passed was a string, which the cursor still knows. */
  #isBehindString = false

  constructor(walker: Walker, source: JsonSource) {
    this.#walker = walker
    this.#cursor = new JsonCursor(source.bytes)
    this.#isWhole = source.isWhole
    this.#reason = source.isWhole ? OMISSION.corrupt : OMISSION.size
  }

  document(at: number, depth: number, path: PathState | undefined): number {
    const end = this.#value(at, depth, path)
    if (this.#cursor.blank() !== AT_END) this.#walker.truncated = true
    return end
  }

  #value(at: number, depth: number, path: PathState | undefined): number {
    const unit = this.#cursor.blank()
    this.#isBehindString = unit === 0x22
    if (unit === 0x22) return this.#string(at)
    if (isContainer(unit)) {
      const end = this.#container(at, depth, path, unit === 0x7b)
      this.#isBehindString = false
      return end
    }
    if (unit === 0x2d || (unit >= 0x30 && unit <= 0x39)) return this.#number(at)
    return this.#literal(at)
  }

  #container(at: number, depth: number, path: PathState | undefined, isObject: boolean): number {
    const walker = this.#walker
    const isTooDeep = depth >= walker.maxDepth
    if (isTooDeep || !walker.open(at)) {
      this.#cursor.skip()
      return walker.cut(at, isTooDeep ? OMISSION.depth : OMISSION.size, 0)
    }
    this.#cursor.enter()
    if (isObject) return this.#object(at, depth + 1, path)
    return walker.close(this.#items(walker.byte(at, TAG.array), depth + 1, path), TAG.end)
  }

  #items(start: number, depth: number, path: PathState | undefined): number {
    const walker = this.#walker
    const cursor = this.#cursor
    let at = start
    let isAnnounced = false
    for (let count = 0; cursor.hasNext(count, 0x5d); count++) {
      const limit = this.#limit(at, count)
      if (limit !== 0) {
        cursor.skipRest()
        return walker.cut(at, limit, 0)
      }
      const isNested = isContainer(cursor.blank())
      const next = path?.step(String(count))
      at = next?.redacts === true || (isAnnounced && !isNested) ? this.#hide(at) : this.#value(at, depth, next)
      isAnnounced = this.#announces()
      if (cursor.isBroken && !isNested) return at
    }
    return cursor.isBroken ? walker.cut(at, this.#reason, 0) : at
  }

  /** Writes the members of an object; one that names a secret behind its value is left out as a whole. */
  #object(start: number, depth: number, path: PathState | undefined): number {
    const walker = this.#walker
    const cursor = this.#cursor
    const pair: Pair = { hidden: 0, written: 0, first: 0, second: 0, third: 0 }
    let at = walker.byte(start, TAG.object)
    for (let count = 0; cursor.hasNext(count, 0x7d); count++) {
      const limit = walker.jsonKeys.isExhausted ? OMISSION.width : this.#limit(at, count)
      if (limit !== 0) {
        cursor.skipRest()
        at = walker.cutKeys(at, limit, 0)
        break
      }
      const key = this.#key()
      if (key === undefined) break
      at = this.#member(key, at, depth, path, pair)
    }
    if (cursor.isBroken) at = walker.cutKeys(at, this.#reason, 0)
    const end = walker.close(at, KEY.end)
    if (pair.written === 0 || (this.#hiddenIn(pair) & pair.written) === 0) return end
    walker.wipe(start, end)
    return walker.omit(start, OMISSION.redacted, 0)
  }

  /** The key ahead, its colon passed; undefined, and broken, if there is none. */
  #key(): JsonKey | undefined {
    const cursor = this.#cursor
    if (!cursor.string()) return undefined
    let key: JsonKey | undefined
    if (cursor.isEscaped) {
      const name = cursor.text()
      key = name === undefined ? undefined : this.#walker.jsonKeys.of(name)
    } else key = this.#walker.jsonKeys.at(cursor.bytes, cursor.from, cursor.to)
    return cursor.colon() ? key : undefined
  }

  #member(key: JsonKey, start: number, depth: number, path: PathState | undefined, pair: Pair): number {
    const at = this.#walker.key(start, key.id, key.name)
    const next = path === undefined ? undefined : path.step(key.name)
    if (next?.redacts === true || this.#isHidden(key.sensitivity)) return this.#hide(at)
    if (key.named !== 0) {
      if ((key.named & this.#hiddenIn(pair)) !== 0) return this.#hide(at)
      pair.written |= key.named
    }
    const end = this.#value(at, depth, next)
    if (key.naming !== NAMING.none && this.#isBehindString) this.#remember(pair, key.naming)
    return end
  }

  /** True if the string just passed is a sensitive name, so that the item behind it is hidden. */
  #announces(): boolean {
    const { from, to } = this.#cursor
    if (!this.#isBehindString || this.#cursor.isBroken || to - from < SHORTEST_NAME || to - from > LONGEST_NAME)
      return false
    const text = this.#cursor.text()
    return text !== undefined && this.#walker.redaction.announces(text)
  }

  /** Most objects have no value for a name to tell about, so what the string just passed tells is not worked out yet. */
  #remember(pair: Pair, naming: number): void {
    const { from, to, isEscaped, isBroken } = this.#cursor
    // one that the end cuts has no end to be found by
    if (isBroken || to - from > LONGEST_NAME) return
    const place = (from * PLACE + (to - from)) * 4 + naming
    if (isEscaped || pair.third !== 0) pair.hidden |= this.#hiddenBeside(this.#cursor.text(), naming)
    else if (pair.first === 0) pair.first = place
    else if (pair.second === 0) pair.second = place
    else pair.third = place
  }

  /** The values that are secrets as far as the members passed tell. */
  #hiddenIn(pair: Pair): number {
    pair.hidden |= this.#hiddenBy(pair.first) | this.#hiddenBy(pair.second) | this.#hiddenBy(pair.third)
    pair.first = pair.second = pair.third = 0
    return pair.hidden
  }

  #hiddenBy(place: number): number {
    if (place === 0) return 0
    const length = Math.floor(place / 4) % PLACE
    const from = Math.floor(place / 4 / PLACE)
    return this.#hiddenBeside(utf8Text(this.#cursor.bytes, from, from + length), place % 4)
  }

  #hiddenBeside(text: string | undefined, naming: number): number {
    return text === undefined ? 0 : hiddenBeside(naming, text, this.#walker.redaction)
  }

  /** True if the value ahead is left out under a key of this sensitivity; null stays, numbers and booleans if loose. */
  #isHidden(sensitivity: Sensitivity): boolean {
    if (sensitivity === SENSITIVITY.none) return false
    const unit = this.#cursor.blank()
    if (this.#cursor.startsWith('null')) return false
    return sensitivity === SENSITIVITY.strict || unit === 0x22 || isContainer(unit)
  }

  #hide(at: number): number {
    this.#isBehindString = false
    this.#cursor.skip()
    return this.#walker.omit(at, OMISSION.redacted, 0)
  }

  #limit(at: number, count: number): number {
    if (count >= this.#walker.maxWidth) return OMISSION.width
    return this.#walker.hasRoom(at) ? 0 : OMISSION.size
  }

  #string(at: number): number {
    const cursor = this.#cursor
    if (!cursor.string()) return this.#stop(at)
    const end = cursor.isEscaped ? -1 : this.#walker.ascii(cursor.bytes, cursor.from, cursor.to, at)
    if (end >= 0) return end
    const text = cursor.text()
    return text === undefined ? this.#stop(at) : this.#walker.string(text, at)
  }

  #number(at: number): number {
    const short = this.#cursor.short()
    if (short === short) return this.#walker.number(short, at)
    const text = this.#cursor.number(this.#isWhole)
    if (text === undefined) return this.#stop(at)
    if (isCard(text)) return this.#walker.omit(at, OMISSION.redacted, 0)
    return this.#walker.number(Number(text), at)
  }

  #literal(at: number): number {
    if (this.#cursor.accepts('true')) return this.#walker.byte(at, TAG.true)
    if (this.#cursor.accepts('false')) return this.#walker.byte(at, TAG.false)
    if (this.#cursor.accepts('null')) return this.#walker.byte(at, TAG.null)
    return this.#stop(at)
  }

  #stop(at: number): number {
    this.#cursor.isBroken = true
    return this.#walker.cut(at, this.#reason, 0)
  }
}

/** Digits behind a point are a measurement's, not a card's. */
function isCard(text: string): boolean {
  if (text.length < CARD_DIGITS) return false
  const point = text.search(/[.eE]/)
  const whole = point < 0 ? text : text.slice(0, point)
  return maskCards(whole) !== whole
}
