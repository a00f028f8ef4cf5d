/** Removes the oldest of a recording that nobody writes. */

import { type LeftOver, type OwnedRecording, ownRecording } from '../../store/sqlite/owned-recording.ts'
import { turns } from '../copy/turns.ts'
import { openRecording } from '../open-recording.ts'

/** What is to be left; what is not given is without a limit. */
export interface KeepLimits {
  readonly maxBytes?: number
  readonly maxEvents?: number
  /** Instant, ms since 1970: what is older goes. */
  readonly sinceMs?: number
}

/** What it came to. */
export interface PruneFileReport {
  readonly segments: number
  readonly events: number
  readonly bytesBefore: number
  readonly bytesAfter: number
}

/**
 * Removes the oldest segments of a recording, some in each transaction, until it is within the limits; states are carried over,
 * and the ledger tells of the events as pruned. What was freed is given back to the file system. A kill leaves what the last
 * transaction left. What has no end yet, the tails of a recording whose writer was killed, stays.
 * @throws as `ownRecording`, CSC_ERR_CORRUPT, CSC_ERR_ABORTED
 */
export async function pruneRecording(
  path: string,
  limits: KeepLimits,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<PruneFileReport> {
  const left = await leftOver(path, limits)
  const turn = turns(signal)
  const owned = ownRecording(path)
  try {
    const bytesBefore = owned.bytes
    let [segments, events] = [0, 0]
    for (let step = Infinity; step > 0; segments += step) {
      await turn()
      const removal = owned.pruneSome(left)
      for (const each of removal.events.values()) events += each
      step = removal.segments
    }
    if (segments > 0) await giveBack(owned, turn)
    owned.close()
    return { segments, events, bytesBefore, bytesAfter: owned.bytes }
  } finally {
    owned.close()
  }
}

async function giveBack(owned: OwnedRecording, turn: () => Promise<void>): Promise<void> {
  while (owned.giveBackSome()) await turn()
}

/** Outside of a recording the wall clock says how old its newest event is; inside, its own clock how much older another is. */
async function leftOver(
  path: string,
  { maxBytes = Infinity, maxEvents = Infinity, sinceMs }: KeepLimits,
): Promise<LeftOver> {
  if (sinceMs === undefined) return { maxBytes, maxEvents, fromNs: -Infinity }
  const newest = await newestEvent(path)
  const fromNs = newest === undefined ? -Infinity : newest.atNs + (sinceMs - newest.at) * 1e6
  return { maxBytes, maxEvents, fromNs }
}

/** Undefined where there are none. @throws as `openRecording` */
export async function newestEvent(path: string): Promise<{ readonly at: number; readonly atNs: number } | undefined> {
  await using recording = openRecording(path)
  const { items } = await recording.events({ order: '-time', limit: 1, values: false })
  return items[0]
}
