/** Takes secrets out of any text: by shape, by Luhn, by the name they are assigned to. */

import { maskAssignments } from './assignments.ts'
import { maskCards } from './cards.ts'
import { ownCopy, setHas } from './intrinsics.ts'
import type { Redaction } from './redaction.ts'
import { MASK, maskShapes, maskUserinfo } from './shapes.ts'
import { maskPairs } from './text-pairs.ts'
import { MAY_HOLD, suspicionOf } from './suspicion.ts'

/** Longest text that is looked at; the rest is dropped, never passed on unseen. */
const MAX_SCRUBBED = 262_144
const MAX_PASSES = 8
/** A peer that sends many different ones only makes them forgotten. */
const MAX_KNOWN = 512
const MAX_KNOWN_LENGTH = 128

/** `text` with every secret that is recognised masked; the same string when there is none. O(length), bounded. */
export function scrubText(text: string, redaction: Redaction): string {
  const bounded = text.length > MAX_SCRUBBED ? text.slice(0, MAX_SCRUBBED) : text
  return scrubSuspicious(bounded, suspicionOf(bounded), redaction)
}

/** The same for a text of which it is known what it may hold. */
function scrubSuspicious(text: string, mayHold: number, redaction: Redaction): string {
  let masked = maskOnce(text, mayHold, redaction)
  if (masked === text) return text
  // a mask may lay open the secret that stuck to the one it replaced
  for (let i = 0; i < MAX_PASSES; i++) {
    const again = maskOnce(masked, mayHold, redaction)
    if (again === masked) return masked
    masked = again
  }
  return MASK
}

/** Texts that looked as if they might hold a secret and hold none: servers say the same ones again and again. */
export class HarmlessTexts {
  readonly #redaction: Redaction
  readonly #known = new Set<string>()

  constructor(redaction: Redaction) {
    this.#redaction = redaction
  }

  /** True if nothing in `text` has to be masked. `mayHold` is what it may hold. */
  has(text: string, mayHold: number): boolean {
    if (text.length > MAX_KNOWN_LENGTH) return scrubSuspicious(text, mayHold, this.#redaction) === text
    if (setHas(this.#known, text)) return true
    if (scrubSuspicious(text, mayHold, this.#redaction) !== text) return false
    if (this.#known.size >= MAX_KNOWN) this.#known.clear()
    this.#known.add(ownCopy(text))
    return true
  }
}

/**
 * The key under which a value may be stored: one that itself holds a secret is masked as a whole, also one that is a whole
 * assignment (`{"password":"x"}` typed as a form is one field name). O(length) with `suspicionOf`, more only for suspects.
 */
export function scrubKey(key: string, redaction: Redaction): string {
  const mayHold = suspicionOf(key)
  if (mayHold === 0 && redaction.shapes.length === 0) return key
  return maskOnce(key, mayHold, redaction) === key ? key : MASK
}

function maskOnce(text: string, mayHold: number, redaction: Redaction): string {
  let masked = maskShaped(text, mayHold)
  if ((mayHold & MAY_HOLD.assignment) !== 0) masked = maskAssignments(masked, redaction)
  if ((mayHold & (MAY_HOLD.assignment | MAY_HOLD.shape)) !== 0) masked = maskPairs(masked, redaction)
  return redaction.shapes.length === 0 ? masked : maskOwn(masked, redaction.shapes)
}

function maskShaped(text: string, mayHold: number): string {
  let masked = text
  if ((mayHold & MAY_HOLD.assignment) !== 0) masked = maskUserinfo(masked)
  if ((mayHold & MAY_HOLD.shape) !== 0) masked = maskShapes(masked)
  if ((mayHold & MAY_HOLD.card) !== 0) masked = maskCards(masked)
  return masked
}

function maskOwn(text: string, shapes: readonly RegExp[]): string {
  let masked = text
  for (const shape of shapes) masked = masked.replace(shape, MASK)
  return masked
}
