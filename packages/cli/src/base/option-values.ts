/** From the text of an option to its value. Every refusal says what was given and what would be right. */

import type { Option } from './command.ts'
import { usageError } from './exit-code.ts'
import { didYouMean } from './nearest.ts'

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** The value of an option: text stays text, numbers and instants (ms since 1970) are numbers. @throws CSC_ERR_OPTION */
export function optionValue(name: string, option: Option, text: string, nowMs: number): string | number {
  switch (option.kind) {
    case 'integer':
      return integer(name, option, text)
    case 'milliseconds':
      return milliseconds(name, text)
    case 'time':
      return instant(name, text, nowMs)
    case 'choice':
      return choice(name, option.choices ?? [], text)
    case 'pair':
      return pair(name, text)
    case 'flag':
    case 'text':
      return text
  }
}

function integer(name: string, { from = 0, to = Number.MAX_SAFE_INTEGER }: Option, text: string): number {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN
  if (value >= from && value <= to) return value
  throw usageError(
    `--${name} is '${clip(text)}'; it must be a whole number from ${from} to ${to}${inBytes(name, text)}`,
  )
}

/** What a size with a unit is as a number, for options that take bytes. */
function inBytes(name: string, text: string): string {
  const size = name.endsWith('bytes') ? /^(\d{1,9}(?:\.\d{1,6})?)\s?([kmgt])i?b?$/i.exec(text) : null
  if (size === null) return ''
  return `, in bytes: ${Math.round(Number(size[1]) * 1024 ** ('kmgt'.indexOf(size[2]!.toLowerCase()) + 1))}`
}

/** A plain number is milliseconds. */
function milliseconds(name: string, text: string): number {
  const match = /^(\d{1,12}(?:\.\d{1,9})?)(us|µs|ms|s|m)?$/.exec(text)
  if (match === null) {
    throw usageError(`--${name} is '${clip(text)}'; it must be a duration: 250 (milliseconds), 250ms, 40us or 1.5s`)
  }
  const unit = match[2] ?? 'ms'
  return Number(match[1]) * (unit === 'us' || unit === 'µs' ? 0.001 : (UNITS[unit] ?? 1))
}

/** So long ago, a time of today, or a date with a time. */
function instant(name: string, text: string, nowMs: number): number {
  const ago = /^(\d{1,9}(?:\.\d{1,6})?)(ms|s|m|h|d)$/.exec(text)
  if (ago !== null) return nowMs - Number(ago[1]) * (UNITS[ago[2]!] ?? 0)
  if (/^\d{12,14}(\.\d+)?$/.test(text)) return Number(text)
  const clock = /^([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d(?:\.\d{1,6})?))?$/.exec(text)
  if (clock !== null) {
    // not so long after midnight: a day may have 23 or 25 hours
    return new Date(nowMs).setHours(Number(clock[1]), Number(clock[2]), 0, 0) + Number(clock[3] ?? 0) * 1000
  }
  const date = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}.*)?$/.test(text) ? Date.parse(text) : Number.NaN
  if (!Number.isNaN(date)) return date
  throw usageError(
    `--${name} is '${clip(text)}'; it must be so long ago (90s, 10m, 2h, 1d), a time of today (14:30:05.250) ` +
      'or a date (2026-05-01T14:30:05Z)',
  )
}

function choice(name: string, choices: readonly string[], text: string): string {
  if (choices.includes(text)) return text
  throw usageError(`--${name} is '${clip(text)}'; it must be one of ${choices.join(', ')}.${didYouMean(text, choices)}`)
}

function pair(name: string, text: string): string {
  if (text.indexOf('=') > 0) return text
  throw usageError(`--${name} is '${clip(text)}'; it must be KEY=VALUE, as in --${name} user.id=42`)
}

function clip(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
