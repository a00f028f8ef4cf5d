/** What an event is grouped by. */

import {
  CinescopeError,
  FLAG,
  GROUP_KEYS,
  type GroupBy,
  kindName,
  kindOf,
  type Rollup,
  type Rows,
} from '@cinescope/protocol'
import type { SegmentEntry } from '../../store/event-store.ts'
import { textOf, valueAtPath } from '../attributes.ts'
import type { QueryParts } from '../reading.ts'
import { FilmNames } from './film-names.ts'

/** A grouping, compiled. A key is undefined for what has none. */
export interface Grouping {
  keyOf(entry: SegmentEntry, rows: Rows, row: number): string | undefined
  /** The key of all rows of a cell; undefined if a cell's rows may have several. */
  readonly keyOfCell: ((rollup: Rollup, cell: number) => string | undefined) | undefined
  /** The key of all rows of a kind (with FLAG.error where they failed) and site; undefined if they may have several. */
  readonly keyOfWord: ((word: number, site: number) => string | undefined) | undefined
  /** The films that keys come from; undefined if they come from the rows alone. */
  readonly films: FilmNames | undefined
}

const MAX_PATH = 1_000
/** Longer values are told apart by this much of them. */
const MAX_KEY = 200

/** Compiles a grouping. @throws CSC_ERR_QUERY */
export function groupingOf(by: GroupBy | undefined, { view, reader }: QueryParts): Grouping {
  if (by === undefined) return ofWord(() => undefined)
  if (typeof by === 'object' && by !== null) return ofRow(attributeKey(by.attribute, reader))
  const site = (number: number): string | undefined => view.site(number)?.name
  switch (by) {
    case 'kind':
      return ofWord((word) => kindName(kindOf(word)) ?? 'unknown')
    case 'site':
      return ofWord((word, number) => site(number) ?? kindName(kindOf(word)) ?? 'unknown')
    case 'error':
      return ofWord((word) => ((word & FLAG.error) === 0 ? 'ok' : 'error'))
    case 'entity':
      return ofRow((_, rows, row) => {
        const entity = view.entity(rows.subject[row]!)
        return entity === undefined ? undefined : `${entity.kind} ${entity.id}`.slice(0, MAX_KEY)
      })
    case 'route':
      return routes(new FilmNames(view), site)
    case 'status':
      return statuses(new FilmNames(view))
    default:
      throw new CinescopeError(
        'CSC_ERR_QUERY',
        `'${String(by).slice(0, 40)}' is nothing to group by; it must be ${GROUP_KEYS.join(', ')}, or an attribute's path`,
      )
  }
}

function ofRow(keyOf: Grouping['keyOf']): Grouping {
  return { keyOf, keyOfCell: undefined, keyOfWord: undefined, films: undefined }
}

function ofWord(key: (word: number, site: number) => string | undefined): Grouping {
  return {
    keyOf: (_, rows, row) => key(rows.word[row]!, rows.site[row]!),
    keyOfCell: ({ cells }, cell) => key(cells.word[cell]!, cells.site[cell]!),
    keyOfWord: key,
    films: undefined,
  }
}

function routes(films: FilmNames, site: (number: number) => string | undefined): Grouping {
  return {
    films,
    keyOfWord: undefined,
    keyOf: (entry, rows, row) => {
      const root = rows.root[row]!
      return site(root === rows.seq[row]! ? rows.site[row]! : films.of(entry.summary.thread, root).site)
    },
    keyOfCell: (rollup, cell) => site(rollup.films.site[rollup.cells.film[cell]!]!),
  }
}

function statuses(films: FilmNames): Grouping {
  const key = (status: number): string | undefined => (status === 0 ? undefined : String(status))
  return {
    films,
    keyOfWord: undefined,
    keyOf: (entry, rows, row) => key(films.of(entry.summary.thread, rows.root[row]!).status),
    keyOfCell: (rollup, cell) => key(rollup.films.status[rollup.cells.film[cell]!]!),
  }
}

function attributeKey(path: unknown, reader: QueryParts['reader']): Grouping['keyOf'] {
  if (typeof path !== 'string' || path === '' || path.length > MAX_PATH)
    throw new CinescopeError('CSC_ERR_QUERY', `the path to group by must be a text of 1 to ${MAX_PATH} characters`)
  return (entry, rows, row) => {
    const { value, result } = reader.values(entry, rows, row)
    return (textOf(valueAtPath(result, path)) ?? textOf(valueAtPath(value, path)))?.slice(0, MAX_KEY)
  }
}
