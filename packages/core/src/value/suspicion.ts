/**
 * HOT. Tells in one pass over a string's code units whether a secret could hide in it, by the last three units.
 *
 * | bits of `UNIT_CLASS[unit & 255]` | meaning |
 * |---|---|
 * | 0 to 4 | letter 1 to 26 whatever the case, digit 27, `_` 28, `-` 29, `.` 30, anything else 0 |
 * | 5 | a digit |
 * | 6 | `:`, `=` or `>` |
 *
 * `TRIGRAM[last three classes]` is `MAY_HOLD.shape` where a known secret prefix may begin or continue.
 */

import { unitAt } from './intrinsics.ts'

/** Bits of what a text may hold: assignments or URLs, secrets of a known shape, card numbers. */
export const MAY_HOLD = { assignment: 64, shape: 128, card: 256 } as const
/** Any of the bits above. */
export const SUSPICIOUS = 448
/** Bit of a digit. */
export const DIGIT_SHIFT = 5
/** Keeps the last three classes. */
export const TRIGRAM_MASK = 0x7fff
/** From so many digits on a string may hold a card number. */
export const CARD_DIGITS = 13

/** Three neighbouring units of every prefix in shapes.ts, chosen to be rare in ordinary text. */
const RARE: readonly string[] = (
  'eyj sk_ sk- rk_ hp_ ho_ hs_ hu_ hr_ b_p kia sia xox aiz lpa pm_ sg. ec_ --- rer sic shp ' +
  'sq0 hf_ ypi ey- ks. bho ocs tt0 r_p ak- ys_ op_ pp- a0. vs. r0_ gd_ bp_'
).split(' ')

export const UNIT_CLASS: Uint8Array = unitClasses()
export const TRIGRAM: Uint8Array = trigrams()

/** The bits of `MAY_HOLD` for a text that is not copied at the same time. O(length). */
export function suspicionOf(text: string): number {
  let trail = 0
  let flags = 0
  let digits = 0
  for (let i = 0; i < text.length; i++) {
    // the index is below 256, and the trail below 2^15
    const unit = UNIT_CLASS[unitAt(text, i) & 255]!
    trail = ((trail << 5) | (unit & 31)) & TRIGRAM_MASK
    flags |= unit | TRIGRAM[trail]!
    digits += (unit >>> DIGIT_SHIFT) & 1
  }
  return (flags & SUSPICIOUS) | (digits >= CARD_DIGITS ? MAY_HOLD.card : 0)
}

function unitClasses(): Uint8Array {
  const classes = new Uint8Array(256)
  for (let i = 0; i < 26; i++) classes[65 + i] = classes[97 + i] = i + 1
  for (let i = 0; i < 10; i++) classes[48 + i] = 27 | (1 << DIGIT_SHIFT)
  classes[95] = 28
  classes[45] = 29
  classes[46] = 30
  classes[58] = classes[61] = classes[62] = MAY_HOLD.assignment
  return classes
}

function trigrams(): Uint8Array {
  const table = new Uint8Array(TRIGRAM_MASK + 1)
  for (const text of RARE) {
    let trail = 0
    // RARE is plain ASCII
    for (let i = 0; i < 3; i++) trail = (trail << 5) | (UNIT_CLASS[text.charCodeAt(i)]! & 31)
    table[trail] = MAY_HOLD.shape
  }
  return table
}
