/** Cursors: a position in an order as opaque text. */

import { CinescopeError } from '@cinescope/protocol'

/** The last item of a page: what it was ordered by, and its number among equals. */
export interface Position {
  readonly key: number
  readonly id: number
}

/** Text of a position; `order` is kept so that a cursor cannot be used with another. */
export function formatCursor(order: string, position: Position): string {
  return `${order}:${position.key}:${position.id}`
}

/** The position of a cursor. @throws CSC_ERR_QUERY */
export function parseCursor(order: string, cursor: string): Position {
  const match = /^(-?[a-z]+):(-?[0-9.e+-]{1,30}):([0-9]{1,17})$/.exec(cursor)
  if (match === null || match[1] !== order) {
    throw new CinescopeError('CSC_ERR_QUERY', `'${cursor.slice(0, 60)}' is no cursor of a query ordered by ${order}`)
  }
  return { key: Number(match[2]), id: Number(match[3]) }
}
