/** Cursors of sequences: the first event of the last match, in the terms of its own process. */

import { CinescopeError, nodeId, type NodeId } from '@cinescope/protocol'
import type { Home } from './collect.ts'
import type { Occurrence } from './occurrence.ts'

/** See above. */
export interface Mark {
  readonly node: NodeId
  readonly atNs: number
  readonly thread: number
  readonly seq: number
}

/** The cursor that goes on after the match that begins with this event. */
export function cursorAt(
  { home, thread, seq, time }: Occurrence,
  homes: ReadonlyMap<NodeId, Home>,
): string | undefined {
  for (const [node, { index, base }] of homes)
    if (index === home) return `sequence:${node}:${Math.round(time - base)}:${thread}:${seq}`
  return undefined
}

/** The mark of a cursor. @throws CSC_ERR_QUERY */
export function markOf(cursor: string): Mark {
  const match = /^sequence:([0-9a-f]{12}):(\d{1,16}):(\d{1,5}):(\d{1,16})$/.exec(cursor)
  if (match === null)
    throw new CinescopeError('CSC_ERR_QUERY', `'${cursor.slice(0, 60)}' is no cursor of a query for sequences`)
  const [, node = '', ...numbers] = match
  const [atNs = 0, thread = 0, seq = 0] = numbers.map(Number)
  return { node: nodeId(node), atNs, thread, seq }
}
