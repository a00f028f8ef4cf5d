/** What an event is grouped by. */

import { CinescopeError, FLAG, GROUP_KEYS, type GroupBy, kindName, kindOf, type Rows } from '@cinescope/protocol'
import type { FilmRow, SegmentEntry } from '../../store/event-store.ts'
import { textOf, valueAtPath } from '../attributes.ts'
import type { QueryParts } from '../reading.ts'

/** The key of a row; undefined for one that has none. */
export type KeyOf = (entry: SegmentEntry, rows: Rows, row: number) => string | undefined

const MAX_PATH = 1_000
/** Longer values are told apart by this much of them. */
const MAX_KEY = 200
/** Films looked up and kept. */
const MAX_FILMS = 100_000

/** Compiles a grouping. @throws CSC_ERR_QUERY */
export function keyOf(by: GroupBy | undefined, { view, reader }: QueryParts): KeyOf {
  if (by === undefined) return () => undefined
  if (typeof by === 'object' && by !== null) return attributeKey(by.attribute, reader)
  const site = (number: number): string | undefined => view.site(number)?.name
  const film = filmLookUp(view)
  switch (by) {
    case 'kind':
      return (_, rows, row) => kindName(kindOf(rows.word[row]!)) ?? 'unknown'
    case 'site':
      return (_, rows, row) => site(rows.site[row]!) ?? kindName(kindOf(rows.word[row]!)) ?? 'unknown'
    case 'error':
      return (_, rows, row) => ((rows.word[row]! & FLAG.error) === 0 ? 'ok' : 'error')
    case 'entity':
      return (_, rows, row) => {
        const entity = view.entity(rows.subject[row]!)
        return entity === undefined ? undefined : `${entity.kind} ${entity.id}`.slice(0, MAX_KEY)
      }
    case 'route':
      return (entry, rows, row) => {
        const root = rows.root[row]!
        if (root === rows.seq[row]!) return site(rows.site[row]!)
        return site(film(entry.summary.thread, root)?.site ?? 0)
      }
    case 'status':
      return (entry, rows, row) => {
        const status = film(entry.summary.thread, rows.root[row]!)?.status ?? 0
        return status === 0 ? undefined : String(status)
      }
    default:
      throw new CinescopeError(
        'CSC_ERR_QUERY',
        `'${String(by).slice(0, 40)}' is nothing to group by; it must be ${GROUP_KEYS.join(', ')}, or an attribute's path`,
      )
  }
}

function attributeKey(path: unknown, reader: QueryParts['reader']): KeyOf {
  if (typeof path !== 'string' || path === '' || path.length > MAX_PATH)
    throw new CinescopeError('CSC_ERR_QUERY', `the path to group by must be a text of 1 to ${MAX_PATH} characters`)
  return (entry, rows, row) => {
    const { value, result } = reader.values(entry, rows, row)
    return (textOf(valueAtPath(result, path)) ?? textOf(valueAtPath(value, path)))?.slice(0, MAX_KEY)
  }
}

function filmLookUp(view: QueryParts['view']): (thread: number, root: number) => FilmRow | undefined {
  const known = new Map<string, FilmRow | undefined>()
  return (thread, root) => {
    if (root === 0) return undefined
    const id = `${thread}/${root}`
    if (known.has(id)) return known.get(id)
    const film = view.film(thread, root)
    if (known.size < MAX_FILMS) known.set(id, film)
    return film
  }
}
