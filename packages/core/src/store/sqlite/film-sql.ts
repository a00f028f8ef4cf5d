/** SQL for a scan of films. Conditions are bound, never spliced. */

import type { FilmScan } from '../event-store.ts'
import { bounded } from './bounded.ts'

/** A statement and its values. */
export interface BoundSql {
  readonly sql: string
  readonly values: readonly number[]
}

/** Columns of a film, safe to read whatever they hold. */
export const FILM_COLUMNS: string = `number, time, duration, kind, site, status, flags, events, errors, span, ${bounded('trace', 16)}`

/** The statement of a scan over at most `mostRows` films; sites and the limit are applied by the caller while it iterates. */
export function filmsSql(scan: FilmScan, mostRows: number): BoundSql {
  const conditions: string[] = []
  const values: number[] = []
  const add = (condition: string, value: number | undefined): void => {
    if (value === undefined) return
    conditions.push(condition)
    values.push(value)
  }
  const key = scan.order.endsWith('duration') ? 'coalesce(duration, -1)' : 'time'
  const descending = scan.order.startsWith('-')
  add('time >= ?', scan.fromTime)
  add('time < ?', scan.toTime)
  add('coalesce(duration, -1) >= ?', scan.minDuration)
  add('duration <= ?', scan.maxDuration)
  add('status = ?', scan.status)
  if (scan.flags !== undefined) {
    conditions.push('(flags & ?) = ?')
    values.push(scan.flags, scan.flags)
  }
  add('(flags & ?) = 0', scan.withoutFlags)
  if (scan.after !== undefined) {
    conditions.push(`(${key}, number) ${descending ? '<' : '>'} (?, ?)`)
    values.push(scan.after.key, scan.after.id)
  }
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`
  const direction = descending ? 'DESC' : 'ASC'
  if (scan.sites === undefined) values.push(scan.limit)
  const limit = scan.sites === undefined ? ' LIMIT ?' : ''
  // the order by time has an index; any other sorts what it finds
  if (key !== 'time') values.unshift(mostRows)
  const films = key === 'time' ? 'film' : '(SELECT * FROM film LIMIT ?)'
  return {
    sql: `SELECT ${FILM_COLUMNS} FROM ${films} ${where} ORDER BY ${key} ${direction}, number ${direction}${limit}`,
    values,
  }
}
