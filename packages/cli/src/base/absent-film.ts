/** Films that events of a recording refer to and that are not in it: not sampled, not kept, or removed by retention. */

import type { OpenRecording } from '@cinescope/core'
import type { FilmId } from '@cinescope/protocol'

/** Why there may be none, in the words of a message. */
export const NOT_KEPT = 'was not kept (keep, sample or retention)'

const WHOLE_ID = /^[0-9a-f]{16}$/
/** States looked through for the first digits of an id, the newest. */
const MOST_STATES = 1000

/** True if the recording holds the film itself. */
export async function holdsFilm(recording: OpenRecording, film: FilmId): Promise<boolean> {
  return (await recording.filmSummaries([film])).length > 0
}

/** The film that `id` names, if events refer to it; of the first digits only the newest states are asked, which outlive films. */
export async function referredFilm(recording: OpenRecording, id: string): Promise<FilmId | undefined> {
  const where = WHOLE_ID.test(id)
    ? // it has the form of one
      { film: id as FilmId }
    : { kinds: ['state.snapshot' as const, 'state.patch' as const, 'entity.died' as const] }
  const { items } = await recording.events({ where, order: '-time', limit: MOST_STATES, values: false })
  return items.find(({ film }) => film?.startsWith(id) === true)?.film
}
