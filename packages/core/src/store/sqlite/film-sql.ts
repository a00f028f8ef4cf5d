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

/**
 * The statement of a scan over at most `mostRows` films; sites, `during` and the limit are applied by the caller while it iterates.
 * What an index can find is asked of the table; what no index knows, of the bounded rows that come from there in their order.
 */
export function filmsSql(scan: FilmScan, mostRows: number): BoundSql {
  const isByTime = !scan.order.endsWith('duration')
  const key = isByTime ? 'time' : 'coalesce(duration, -1)'
  const direction = scan.order.startsWith('-') ? 'DESC' : 'ASC'
  const order = `ORDER BY ${key} ${direction}, number ${direction}`
  const inTime = new Conditions()
  inTime.add('time >= ?', scan.fromTime)
  inTime.add('time < ?', scan.toTime)
  const others = new Conditions()
  others.add('coalesce(duration, -1) >= ?', scan.minDuration)
  others.add('duration <= ?', scan.maxDuration)
  others.add('status = ?', scan.status)
  if (scan.flags !== undefined) others.add('(flags & ?) = ?', scan.flags, scan.flags)
  others.add('(flags & ?) = 0', scan.withoutFlags)
  const after = `(${key}, number) ${direction === 'DESC' ? '<' : '>'} (?, ?)`
  if (scan.after !== undefined) (isByTime ? inTime : others).add(after, scan.after.key, scan.after.id)
  // a limit of its own also keeps SQLite from making one query of the two
  const limit = scan.sites === undefined && scan.during === undefined ? scan.limit : mostRows
  // an order by time is the index's, kept by the rows on their way out; any other sorts what it finds
  const found = `SELECT * FROM film ${inTime.sql} ${isByTime ? order : ''} LIMIT ?`
  return {
    sql: `SELECT ${FILM_COLUMNS} FROM (${found}) ${others.sql} ${isByTime ? '' : order} LIMIT ?`,
    values: [...inTime.values, mostRows, ...others.values, limit],
  }
}

/** Conditions that all hold, with their values. */
class Conditions {
  readonly values: number[] = []
  readonly #conditions: string[] = []

  /** Adds a condition unless it has no value. */
  add(condition: string, value: number | undefined, ...more: number[]): void {
    if (value === undefined) return
    this.#conditions.push(condition)
    this.values.push(value, ...more)
  }

  get sql(): string {
    return this.#conditions.length === 0 ? '' : `WHERE ${this.#conditions.join(' AND ')}`
  }
}
