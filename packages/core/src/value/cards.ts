/** Payment card numbers: 13 to 19 digits, single spaces or dashes between, first digit of an issuer, Luhn's check digit. */

import { MASK } from './shapes.ts'
import { CARD_DIGITS } from './suspicion.ts'

const MAX_DIGITS = 19

/** Digits of `text` from `start` to `end` without a gap. */
interface Group {
  readonly start: number
  readonly end: number
}

/** Masks card numbers in `text`. Every window of neighbouring digit groups is tried, so a date behind a card hides nothing. */
export function maskCards(text: string): string {
  let result = ''
  let kept = 0
  let run: Group[] = []
  const flush = (): void => {
    for (const card of cardsIn(text, run)) {
      result += text.slice(kept, card.start) + MASK
      kept = card.end
    }
    run = []
  }
  for (let i = 0; i < text.length; i++) {
    if (!isDigit(text.charCodeAt(i))) continue
    const start = i
    while (isDigit(text.charCodeAt(i + 1))) i++
    const previous = run.at(-1)
    if (previous !== undefined && !isSeparator(text, previous.end, start)) flush()
    run.push({ start, end: i + 1 })
  }
  flush()
  return kept === 0 ? text : result + text.slice(kept)
}

/** True for a number that could be a card: 14 to 16 digits of an issuer with a valid check digit. */
export function isCardNumber(value: number): boolean {
  return value >= 1e13 && value <= Number.MAX_SAFE_INTEGER && isCard(String(value))
}

function cardsIn(text: string, run: readonly Group[]): readonly Group[] {
  const found: Group[] = []
  for (let i = 0; i < run.length; i++) {
    let digits = ''
    for (let j = i; j < run.length && digits.length < MAX_DIGITS; j++) {
      // i and j are below run.length
      digits += text.slice(run[j]!.start, run[j]!.end)
      if (!isCard(digits)) continue
      found.push({ start: run[i]!.start, end: run[j]!.end })
      i = j
      break
    }
  }
  return found
}

function isCard(digits: string): boolean {
  if (digits.length < CARD_DIGITS || digits.length > MAX_DIGITS) return false
  const first = digits.charCodeAt(0) - 0x30
  return first >= 2 && first <= 8 && first !== 7 && luhn(digits)
}

/** Luhn's check (ISO/IEC 7812-1, annex B). */
function luhn(digits: string): boolean {
  let sum = 0
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 0x30
    sum += i % 2 === 0 ? digit : digit > 4 ? 2 * digit - 9 : 2 * digit
  }
  return sum % 10 === 0
}

function isSeparator(text: string, from: number, to: number): boolean {
  if (to - from !== 1) return false
  const unit = text.charCodeAt(from)
  return unit === 0x20 || unit === 0x2d || unit === 0xa0
}

function isDigit(unit: number): boolean {
  return unit >= 0x30 && unit <= 0x39
}
