/** Which paths of which entities a segment's patches wrote, as a filter: most segments are ruled out when one looks for who wrote what. */

import { addToBloom, bloomMayHold, createBloom } from './bloom.ts'
import { KEY } from './value-format.ts'
import { changesOf, isPatch, type PatchStep } from './value-patch.ts'
import { varintAt } from './value-skip.ts'

/** Salts: what was written here or below; what was written as a whole. */
const BELOW = 0x5bd1e995
const WHOLE = 0x27d4eb2d
/** Codes of steps: keys by their number, indexes, and keys without a number, behind which steps are not told apart. */
const INDEX = 0x40000000
const UNNUMBERED = 0x7fffffff
/** More paths than these are not told apart: the filter says yes to all. */
const MAX_PATHS = 50_000

/** Collects the writes of one segment. */
export class WriteFilterBuilder {
  readonly #below = new Set<number>()
  readonly #whole = new Set<number>()

  /** Adds a whole state that was written. */
  whole(entity: number): void {
    this.#whole.add(hashOf(entity))
  }

  /** Adds a patch; one that is damaged counts as a whole state. */
  patch(entity: number, document: Uint8Array): void {
    try {
      if (!isPatch(document)) return this.whole(entity)
      for (const { steps } of changesOf(document)) this.#change(entity, steps)
    } catch {
      this.whole(entity)
    }
  }

  /** The filter, undefined when nothing was written; the builder is empty again. */
  take(): Uint8Array | undefined {
    const count = this.#below.size + this.#whole.size
    if (count === 0) return undefined
    // no filter is one that says yes
    const filter = count > MAX_PATHS ? new Uint8Array(0) : createBloom(count)
    if (count <= MAX_PATHS) {
      for (const hash of this.#below) addToBloom(filter, BELOW, hash)
      for (const hash of this.#whole) addToBloom(filter, WHOLE, hash)
    }
    this.#below.clear()
    this.#whole.clear()
    return filter
  }

  #change(entity: number, steps: readonly PatchStep[]): void {
    let hash = hashOf(entity)
    for (const step of steps) {
      const code = codeOf(step)
      hash = mix(hash, code)
      this.#below.add(hash)
      if (code === UNNUMBERED) return
    }
    this.#whole.add(hash)
  }
}

/**
 * False only if no patch or whole state in the filter wrote what a path leads to, what is in it, or what holds it. `steps` are
 * the codes that each step of the path may have, as `stepCodes` gives them.
 */
export function mayWrite(filter: Uint8Array, entity: number, steps: readonly (readonly number[])[]): boolean {
  // any write of the entity is one of the whole of it
  if (filter.length === 0 || steps.length === 0) return true
  let hashes = [hashOf(entity)]
  for (const codes of steps) {
    if (hashes.some((hash) => bloomMayHold(filter, WHOLE, hash))) return true
    if (hashes.some((hash) => bloomMayHold(filter, BELOW, mix(hash, UNNUMBERED)))) return true
    hashes = hashes.flatMap((hash) => codes.map((code) => mix(hash, code)))
    // a path of many meanings
    if (hashes.length > 64) return true
  }
  return hashes.some((hash) => bloomMayHold(filter, BELOW, hash) || bloomMayHold(filter, WHOLE, hash))
}

/** The codes that a step may have where its key has these numbers. */
export function stepCodes(step: string | number, keyNumbers: readonly number[]): readonly number[] {
  const isIndex = typeof step === 'number' || /^\d{1,9}$/.test(step)
  return [...keyNumbers, ...(isIndex ? [INDEX + Number(step)] : [])]
}

function codeOf(step: PatchStep): number {
  if ('index' in step) return INDEX + (step.index % INDEX)
  const code = varintAt(step.key, 0)
  return code === KEY.inline ? UNNUMBERED : code - KEY.first
}

function hashOf(entity: number): number {
  return mix(0x811c9dc5, entity)
}

function mix(hash: number, code: number): number {
  let mixed = Math.imul(hash ^ code, 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 13)) >>> 0
}
