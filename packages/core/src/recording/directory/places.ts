/** Where a tail of a directory is in each of its recordings, as opaque text. */

import { CinescopeError, nodeId, type NodeId } from '@cinescope/protocol'

/** Where the tail is in one recording. */
export interface Place {
  /** Goes on there; undefined at its start, or where nothing will come any more. */
  readonly cursor: string | undefined
  readonly isOver: boolean
  /** It was not closed. */
  readonly isInterrupted: boolean
  /** How often it could not be read. */
  readonly failures: number
}

/** By process; those that were asked longest ago come first. */
export type Places = Map<NodeId, Place>

/** A recording of which nothing is known. */
export const UNKNOWN: Place = { cursor: undefined, isOver: false, isInterrupted: false, failures: 0 }

const STATE = { goesOn: 0, over: 1, interrupted: 2 } as const
const PREFIX = 'tail:'
const MOST_TEXT = 67_108_864

/** Text of the places. */
export function formatPlaces(places: Places): string {
  const all = Array.from(places, ([node, { cursor, isOver, isInterrupted, failures }]) => [
    node,
    cursor ?? '',
    isInterrupted ? STATE.interrupted : isOver ? STATE.over : STATE.goesOn,
    failures,
  ])
  return `${PREFIX}${JSON.stringify(all)}`
}

/** The places of a text. @throws CSC_ERR_QUERY */
export function parsePlaces(text: string): Places {
  const wrong = new CinescopeError(
    'CSC_ERR_QUERY',
    `'${text.slice(0, 60)}' is no cursor of a tail of a directory of recordings`,
  )
  if (!text.startsWith(PREFIX) || text.length > MOST_TEXT) throw wrong
  const all = parsed(text.slice(PREFIX.length))
  if (!Array.isArray(all)) throw wrong
  return new Map(
    all.map((fields: unknown) => {
      if (!isPlace(fields)) throw wrong
      const [node, cursor, state, failures] = fields
      const place = { isOver: state !== STATE.goesOn, isInterrupted: state === STATE.interrupted, failures }
      return [nodeId(node), { cursor: cursor === '' ? undefined : cursor, ...place }]
    }),
  )
}

function isPlace(fields: unknown): fields is readonly [string, string, number, number] {
  const types = ['string', 'string', 'number', 'number']
  return Array.isArray(fields) && fields.length === types.length && types.every((type, i) => typeof fields[i] === type)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
