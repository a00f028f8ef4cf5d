/** Queries for one event, and for what is directly above and below it. */

import { CinescopeError, type CinescopeEvent } from '@cinescope/protocol'
import { pageOf } from './events.ts'
import { eventId, findEvents } from './find-events.ts'
import type { Reading } from './reading.ts'

const MAX_PARENTS = 10_000
const MAX_CHILDREN = 10_000

/** See `Recording.event`. */
export async function event(reading: Reading, id: string): Promise<CinescopeEvent> {
  const found = await findEvent(reading, id)
  if (found === undefined)
    throw new CinescopeError('CSC_ERR_NOT_FOUND', `no event ${id.slice(0, 40)} in this recording`)
  return found
}

/** See `Recording.parentsOf`. */
export async function parentsOf(reading: Reading, id: string): Promise<readonly CinescopeEvent[]> {
  const parents: CinescopeEvent[] = []
  const child = await event(reading, id)
  let before = child.seq
  let next = child.parent
  while (next !== undefined && parents.length < MAX_PARENTS) {
    const parent = await findEvent(reading, next)
    // a parent was offered before its children; a recording that says otherwise may go in circles
    if (parent === undefined || parent.seq >= before) break
    before = parent.seq
    parents.push(parent)
    next = parent.parent
  }
  return parents
}

/** See `Recording.childrenOf`. */
export async function childrenOf(reading: Reading, id: string): Promise<readonly CinescopeEvent[]> {
  const parent = await event(reading, id)
  const where = parent.film === undefined ? { parent: parent.id } : { parent: parent.id, film: parent.film }
  return (await pageOf(reading, { where, limit: MAX_CHILDREN }, true)).items
}

/** One event, or undefined where the recording has none of that id. @throws CSC_ERR_ID */
async function findEvent(reading: Reading, id: string): Promise<CinescopeEvent | undefined> {
  const checked = eventId(id)
  return reading.view(async (parts) => (await findEvents(parts, [checked], true)).get(checked))
}
