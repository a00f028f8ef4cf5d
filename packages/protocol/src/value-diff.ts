/** HOT. Writes what makes one encoded value the next, by structure, without decoding either. Bench row `patch`. */

import { putVarint } from './bytes.ts'
import { CHANGE, KEY, TAG } from './value-format.ts'
import { skipItem, skipKey, skipOmittedKeys, skipValue, standsForRest } from './value-skip.ts'

/** Members looked for elsewhere in their object before it is said to be another; each search goes over the whole object. */
const MAX_SEARCHES = 32
const MAX_STEPS = 64
/** More changes than these are not worth a patch: each costs a copy of the value when it is applied. */
const MAX_CHANGES = 256

/** An encoded value in a buffer that may be longer. */
export interface EncodedValue {
  readonly bytes: Uint8Array
  readonly length: number
}

/**
 * Compares values of one writer, one pair at a time. Both are walked together, once, as far as they differ; what the two have in
 * common at their beginning and at their end is passed over by bytes.
 */
export class ValueDiff {
  #before: Uint8Array = new Uint8Array(0)
  #after: Uint8Array = new Uint8Array(0)
  /** Bytes that both begin with. */
  #same = 0
  /** Where what both end with begins. */
  #tailBefore = 0
  #tailAfter = 0
  #into: Uint8Array = new Uint8Array(0)
  #at = 0
  #end = 0
  #isTooLong = false
  #changes = 0
  #steps = 0
  /** Of a member the place of its key and whether it is one of `after`; of an item -1 and its index. */
  readonly #stepFrom = new Int32Array(MAX_STEPS)
  readonly #stepTo = new Int32Array(MAX_STEPS)
  /** Places of items, of lists within each other one behind the other. */
  #places = new Int32Array(256)
  #placed = 0

  /**
   * Writes the changes, without the patch's head and end, into `into` from `at` on. Gives their end: `at` itself when nothing
   * differs, and -1 when they would not end before `end`, or the whole value would have to be said anew.
   */
  changes(before: EncodedValue, after: EncodedValue, into: Uint8Array, at: number, end: number): number {
    this.#before = before.bytes
    this.#after = after.bytes
    if (!this.#narrow(before.length, after.length)) return at
    this.#into = into
    this.#at = at
    this.#end = end
    this.#isTooLong = false
    this.#changes = 0
    this.#steps = 0
    this.#placed = 0
    return this.#inside(0, 0) && !this.#isTooLong ? this.#at : -1
  }

  /** Finds what both have in common at their ends; false when they are the same. */
  #narrow(beforeLength: number, afterLength: number): boolean {
    const before = this.#before
    const after = this.#after
    const shorter = beforeLength < afterLength ? beforeLength : afterLength
    let same = 0
    while (same < shorter && before[same] === after[same]) same++
    if (same === shorter && beforeLength === afterLength) return false
    let tailBefore = beforeLength
    let tailAfter = afterLength
    while (tailBefore > same && tailAfter > same && before[tailBefore - 1] === after[tailAfter - 1]) {
      tailBefore--
      tailAfter--
    }
    this.#same = same
    this.#tailBefore = tailBefore
    this.#tailAfter = tailAfter
    return true
  }

  /** Writes how a value became another; whole where it has no members, or others. */
  #value(before: number, after: number): void {
    const mark = this.#at
    if (this.#inside(before, after)) return
    this.#at = mark
    this.#set(after)
  }

  /** False when it cannot be said by changes within it. */
  #inside(before: number, after: number): boolean {
    const tag = this.#before[before]
    if (tag !== this.#after[after]) return false
    switch (tag) {
      case TAG.object:
        return this.#members(before + 1, after + 1)
      case TAG.array:
      case TAG.set:
        return this.#items(before + 1, after + 1, false)
      case TAG.map:
        return this.#items(before + 1, after + 1, true)
      case TAG.instance: {
        const membersBefore = skipKey(this.#before, before + 1)
        const membersAfter = skipKey(this.#after, after + 1)
        return (
          this.#isSame(before + 1, membersBefore, after + 1, membersAfter) && this.#members(membersBefore, membersAfter)
        )
      }
      default:
        return false
    }
  }

  #members(firstBefore: number, firstAfter: number): boolean {
    const before = this.#before
    const after = this.#after
    let from = firstBefore
    let to = firstAfter
    let searches = 0
    for (;;) {
      if (this.#isTail(from, to)) return true
      // a whole value is told then
      if (this.#isTooLong) return false
      const code = before[from]!
      const newCode = after[to]!
      if (code === KEY.end && newCode === KEY.end) return true
      if (code === KEY.omitted || newCode === KEY.omitted) return this.#isSameRest(from, to)
      if (code === KEY.end) {
        if (!this.#append(to, firstBefore, firstAfter)) return false
        to = skipValue(after, skipKey(after, to))
        continue
      }
      const valueFrom = skipKey(before, from)
      const next = skipValue(before, valueFrom)
      if (from === to && next <= this.#same) {
        from = to = next
        continue
      }
      const valueTo = newCode === KEY.end ? to : skipKey(after, to)
      if (newCode !== KEY.end && this.#isSame(from, valueFrom, to, valueTo)) {
        const nextTo = skipValue(after, valueTo)
        if (!this.#isSame(valueFrom, next, valueTo, nextTo) && !this.#member(from, valueFrom, valueTo, firstBefore))
          return false
        to = nextTo
      } else {
        if (++searches > MAX_SEARCHES || this.#find(after, to, before, from, valueFrom) >= 0) return false
        if (!this.#isFirst(from, valueFrom, firstBefore) || !this.#push(from, 0)) return false
        this.#head(CHANGE.delete)
        this.#steps--
      }
      from = next
    }
  }

  /** A member that is there before and after. */
  #member(key: number, valueBefore: number, valueAfter: number, first: number): boolean {
    if (!this.#isFirst(key, valueBefore, first) || !this.#push(key, 0)) return false
    this.#value(valueBefore, valueAfter)
    this.#steps--
    return true
  }

  /** A member that is new and behind all others. */
  #append(key: number, firstBefore: number, firstAfter: number): boolean {
    const after = this.#after
    const value = skipKey(after, key)
    if (this.#find(this.#before, firstBefore, after, key, value) >= 0) return false
    if (this.#find(after, firstAfter, after, key, value) !== key || !this.#push(key, 1)) return false
    this.#set(value)
    this.#steps--
    return true
  }

  /** Texts of keys that have no number may be cut or masked, and so be the same; then a step would lead to the first. */
  #isFirst(key: number, keyEnd: number, first: number): boolean {
    return this.#before[key] !== KEY.inline || this.#find(this.#before, first, this.#before, key, keyEnd) === key
  }

  /** Place of the key `[key, keyEnd)` of `of` among the members of `bytes` from `at` on, or -1. */
  #find(bytes: Uint8Array, at: number, of: Uint8Array, key: number, keyEnd: number): number {
    const length = keyEnd - key
    let place = at
    while (bytes[place] !== KEY.end && bytes[place] !== KEY.omitted) {
      const end = skipKey(bytes, place)
      if (end - place === length && sameBytes(bytes, place, of, key, length)) return place
      place = skipValue(bytes, end)
    }
    return -1
  }

  #items(firstBefore: number, firstAfter: number, isMap: boolean): boolean {
    const before = this.#before
    const after = this.#after
    let from = firstBefore
    let to = firstAfter
    let index = 0
    while (before[from] !== TAG.end && after[to] !== TAG.end) {
      if (this.#isTail(from, to)) return true
      const next = skipItem(before, from, isMap)
      const nextTo = from === to && next <= this.#same ? next : skipItem(after, to, isMap)
      if (nextTo !== next || next > this.#same) if (!this.#isSame(from, next, to, nextTo)) break
      from = next
      to = nextTo
      index++
    }
    const placed = this.#placed
    this.#middle(from, to, index, isMap)
    this.#placed = placed
    return true
  }

  /** What is left of two lists behind what both begin with. */
  #middle(from: number, to: number, index: number, isMap: boolean): void {
    const base = this.#placed
    let count = this.#place(this.#before, from, isMap)
    const baseAfter = this.#placed
    let countAfter = this.#place(this.#after, to, isMap)
    const places = this.#places
    // the places have one more, which is the end
    while (count > 0 && countAfter > 0) {
      const last = base + count
      const lastAfter = baseAfter + countAfter
      if (!this.#isSame(places[last - 1]!, places[last]!, places[lastAfter - 1]!, places[lastAfter]!)) break
      count--
      countAfter--
    }
    if (count === 0 && countAfter === 0) return
    const mark = this.#at
    const bytes = places[baseAfter + countAfter]! - places[baseAfter]!
    if (count === countAfter && this.#each(base, baseAfter, count, index, isMap) && this.#at - mark <= bytes + 8) return
    this.#at = mark
    this.#splice(index, count, this.#places[baseAfter]!, this.#places[baseAfter + countAfter]!)
  }

  /** As many items as before, each changed or not; false when a map's keys are others. */
  #each(base: number, baseAfter: number, count: number, index: number, isMap: boolean): boolean {
    for (let i = 0; i < count; i++) {
      const from = this.#places[base + i]!
      const to = this.#places[baseAfter + i]!
      if (this.#isSame(from, this.#places[base + i + 1]!, to, this.#places[baseAfter + i + 1]!)) continue
      let valueFrom = from
      let valueTo = to
      if (isMap) {
        if (standsForRest(this.#before, from) || standsForRest(this.#after, to)) return false
        valueFrom = skipValue(this.#before, from)
        valueTo = skipValue(this.#after, to)
        if (!this.#isSame(from, valueFrom, to, valueTo)) return false
      }
      if (!this.#push(-1, index + i)) return false
      this.#value(valueFrom, valueTo)
      this.#steps--
    }
    return true
  }

  /** Notes where the items from `at` on begin, and where the last ends; gives their number. */
  #place(bytes: Uint8Array, at: number, isMap: boolean): number {
    let count = 0
    let place = at
    for (;;) {
      if (this.#placed === this.#places.length) {
        const grown = new Int32Array(this.#places.length * 2)
        grown.set(this.#places)
        this.#places = grown
      }
      this.#places[this.#placed++] = place
      if (bytes[place] === TAG.end) return count
      place = skipItem(bytes, place, isMap)
      count++
    }
  }

  /** Marks of keys left out come last; they must be the same, and so must all that has no mark. */
  #isSameRest(from: number, to: number): boolean {
    if (this.#before[from] !== KEY.omitted || this.#after[to] !== KEY.omitted) return false
    const end = skipOmittedKeys(this.#before, from)
    const endAfter = skipOmittedKeys(this.#after, to)
    return this.#isSame(from, end, to, endAfter) && this.#before[end] === KEY.end && this.#after[endAfter] === KEY.end
  }

  #isTail(from: number, to: number): boolean {
    return from >= this.#tailBefore && to >= this.#tailAfter && from - this.#tailBefore === to - this.#tailAfter
  }

  #isSame(from: number, end: number, to: number, endAfter: number): boolean {
    return end - from === endAfter - to && sameBytes(this.#before, from, this.#after, to, end - from)
  }

  /** A step to a member by the place of its key, or with -1 to an item by its index. */
  #push(from: number, to: number): boolean {
    if (this.#steps === MAX_STEPS) return false
    this.#stepFrom[this.#steps] = from
    this.#stepTo[this.#steps++] = to
    return true
  }

  #set(value: number): void {
    this.#head(CHANGE.set)
    this.#copy(this.#after, value, skipValue(this.#after, value))
  }

  #splice(index: number, count: number, from: number, end: number): void {
    this.#head(CHANGE.splice)
    this.#varint(index)
    this.#varint(count)
    this.#varint(end - from)
    this.#copy(this.#after, from, end)
  }

  #head(operation: number): void {
    if (++this.#changes > MAX_CHANGES) this.#isTooLong = true
    this.#varint(operation)
    this.#varint(this.#steps)
    for (let i = 0; i < this.#steps; i++) {
      const from = this.#stepFrom[i]!
      const to = this.#stepTo[i]!
      if (from < 0) {
        this.#varint(KEY.end)
        this.#varint(to)
        continue
      }
      const bytes = to === 0 ? this.#before : this.#after
      this.#copy(bytes, from, skipKey(bytes, from))
    }
  }

  #varint(value: number): void {
    if (this.#end - this.#at < 8) this.#isTooLong = true
    else this.#at = putVarint(this.#into, this.#at, value)
  }

  #copy(bytes: Uint8Array, from: number, end: number): void {
    if (this.#end - this.#at < end - from) {
      this.#isTooLong = true
      return
    }
    const into = this.#into
    let at = this.#at
    for (let i = from; i < end; i++) into[at++] = bytes[i]!
    this.#at = at
  }
}

function sameBytes(a: Uint8Array, atA: number, b: Uint8Array, atB: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (a[atA + i] !== b[atB + i]) return false
  return true
}
