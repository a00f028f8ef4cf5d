/** Instants and durations of the query language. */

const AGO_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const NS: Readonly<Record<string, number>> = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3_600e9 }
/** The last instant that is written with a year of four digits. */
const LAST_YEAR_MS = 253_402_300_799_999

/** What `instantOf` reads, in words. */
export const INSTANT_FORMS =
  'an instant: so long ago (10m, 2h, 1d), a time of today (14:30:05) or a date (2026-05-01, 2026-05-01T14:30:05Z)'

/** Ms since 1970 of an instant as people write it, undefined when it is none: so long before now, of today, or a date; `@` and ms. */
export function instantOf(text: string, nowMs: number): number | undefined {
  const ago = /^(\d{1,9}(?:\.\d{1,6})?)(ms|s|m|h|d)$/.exec(text)
  if (ago !== null) return nowMs - Number(ago[1]) * (AGO_MS[ago[2]!] ?? 0)
  if (/^@-?\d{1,16}(\.\d{1,24})?(e[+-]?\d{1,3})?$/.test(text)) return Number(text.slice(1))
  const clock = /^([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d(?:\.\d{1,6})?))?$/.exec(text)
  if (clock !== null) {
    // not so long after midnight: a day may have 23 or 25 hours
    return new Date(nowMs).setHours(Number(clock[1]), Number(clock[2]), 0, 0) + Number(clock[3] ?? 0) * 1000
  }
  const date = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}[\d:.]*(Z|[+-]\d{2}:?\d{2})?)?$/.test(text)
    ? Date.parse(text)
    : Number.NaN
  return Number.isNaN(date) ? undefined : date
}

/** An instant that `instantOf` reads back exactly. */
export function instantText(ms: number): string {
  const isDate = Number.isInteger(ms) && ms >= 0 && ms <= LAST_YEAR_MS && !Object.is(ms, -0)
  return isDate ? new Date(ms).toISOString() : `@${Object.is(ms, -0) ? '-0' : ms}`
}

/** Ms of a duration with its unit, undefined when it is none; by way of whole ns, so that limits can be met exactly. */
export function durationMs(text: string, addNs = 0): number | undefined {
  const match = /^(\d{1,16}(?:\.\d{1,24})?(?:e[+-]?\d{1,3})?)(ns|us|µs|ms|s|m|h)?$/.exec(text)
  if (match === null) return undefined
  const unit = match[2] ?? 'ms'
  // ms stay as they are written, and are not multiplied and divided
  if (unit === 'ms' && addNs === 0) return Number(match[1])
  return (Number(match[1]) * (NS[unit] ?? 0) + addNs) / 1e6
}
