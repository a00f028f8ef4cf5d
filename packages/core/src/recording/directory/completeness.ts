/** Which of two recordings of one process start holds more: a copy is as old as it is, an extract holds a few films. */

import type { EventSource } from '../../store/event-store.ts'

/** How much of what its process did a recording tells. */
export interface Completeness {
  /** Its writer is at work, so that it alone goes on. */
  readonly isLive: boolean
  /** Events it accounts for, without those that an extract left where they were. */
  readonly told: number
  /** Holds a few films of another. */
  readonly isExtract: boolean
  readonly isClosed: boolean
  readonly stored: number
}

/** Reads the account only. */
export function completenessOf(source: EventSource): Promise<Completeness> {
  return source.read((view) => {
    const state = source.state()
    let [told, stored, isExtract] = [0, 0, false]
    for (const { reason, count } of view.ledger()) {
      if (reason === 'notExtracted') isExtract = true
      else told += count
      if (reason === 'stored') stored += count
    }
    return { isLive: state === 'live', told, isExtract, isClosed: state === 'closed', stored }
  })
}

/** True if `a` is to be read instead of `b`; of two that are alike it is `b`. One that cannot be read tells nothing. */
export function isMoreComplete(a: Completeness | undefined, b: Completeness | undefined): boolean {
  if (a === undefined || b === undefined) return a !== undefined
  if (a.isLive !== b.isLive) return a.isLive
  if (a.told !== b.told) return a.told > b.told
  if (a.isExtract !== b.isExtract) return b.isExtract
  return a.isClosed === b.isClosed ? a.stored > b.stored : a.isClosed
}
