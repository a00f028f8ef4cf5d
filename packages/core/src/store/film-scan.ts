/** Films in memory: filter, order, position, limit, in that order. */

import type { TimeRange } from '@cinescope/protocol'
import { filmNumber, type FilmRow, type FilmScan } from './event-store.ts'

/** The films of a scan. O(n log n). */
export function scanFilms(films: Iterable<FilmRow>, scan: FilmScan): FilmRow[] {
  const matching: FilmRow[] = []
  for (const film of films) if (matches(film, scan)) matching.push(film)
  const descending = scan.order.startsWith('-')
  matching.sort((a, b) => compare(a, b, scan.order) * (descending ? -1 : 1))
  const from = scan.after === undefined ? 0 : matching.findIndex((film) => isPast(film, scan))
  return from < 0 ? [] : matching.slice(from, from + scan.limit)
}

/** The value that an order sorts by; open films have the shortest duration. */
export function filmKey(film: FilmRow, order: FilmScan['order']): number {
  return order.endsWith('duration') ? (film.duration ?? -1) : film.time
}

/** True if an instant lies in one of the ranges. */
export function isWithin(ranges: readonly TimeRange[], time: number): boolean {
  for (const { from, to } of ranges) if (time >= from && time < to) return true
  return false
}

function matches(film: FilmRow, scan: FilmScan): boolean {
  return (
    film.time >= (scan.fromTime ?? -Infinity) &&
    film.time < (scan.toTime ?? Infinity) &&
    (scan.during === undefined || isWithin(scan.during, film.time)) &&
    (scan.minDuration === undefined || (film.duration ?? -1) >= scan.minDuration) &&
    (scan.maxDuration === undefined || (film.duration !== undefined && film.duration <= scan.maxDuration)) &&
    (scan.status === undefined || film.status === scan.status) &&
    (scan.flags === undefined || (film.flags & scan.flags) === scan.flags) &&
    (scan.withoutFlags === undefined || (film.flags & scan.withoutFlags) === 0) &&
    (scan.sites === undefined || scan.sites.has(film.site))
  )
}

function compare(a: FilmRow, b: FilmRow, order: FilmScan['order']): number {
  return filmKey(a, order) - filmKey(b, order) || filmNumber(a.thread, a.seq) - filmNumber(b.thread, b.seq)
}

function isPast(film: FilmRow, scan: FilmScan): boolean {
  const after = scan.after
  if (after === undefined) return true
  const distance = filmKey(film, scan.order) - after.key || filmNumber(film.thread, film.seq) - after.id
  return scan.order.startsWith('-') ? distance < 0 : distance > 0
}
