/** Pages as a stream. */

import type { CinescopeEvent, EventQuery } from '@cinescope/protocol'

/** Follows cursors until a page says that it is the last. */
export async function* streamPages(
  read: (
    query: EventQuery,
  ) => Promise<{ readonly items: readonly CinescopeEvent[]; readonly cursor: string | undefined }>,
  query: EventQuery,
): AsyncGenerator<CinescopeEvent> {
  let cursor = query.cursor
  do {
    const page = await read(cursor === undefined ? query : { ...query, cursor })
    yield* page.items
    cursor = page.cursor
  } while (cursor !== undefined)
}
