/** The sizes of a ring as the user has set them. */

import { CinescopeError, MAX_VALUE_BYTES, RECORD_BYTES } from '@cinescope/protocol'

/** Options of a ring with every default filled in. */
export interface RingSettings {
  readonly strategy: 'drop' | 'overwrite' | 'grow'
  readonly records: number
  readonly arenaBytes: number
  /** Of the ring and all that is added to it, under `grow`. */
  readonly maxBytes: number
}

/** Fills in the limit, which matters under `grow` only: another layer may have said it. @throws CSC_ERR_OPTION when nothing can grow below it */
export function settleRing(given: Omit<RingSettings, 'maxBytes'> & { readonly maxBytes?: number }): RingSettings {
  const { strategy, records, arenaBytes, maxBytes = 67_108_864 } = given
  const settings = { strategy, records, arenaBytes, maxBytes }
  // as `ringBytes` of such a ring
  const least = 2 * (records * RECORD_BYTES + arenaBytes + MAX_VALUE_BYTES)
  if (strategy === 'grow' && maxBytes < least) {
    throw refusal(maxBytes, `a ring of this size grows by as much again: it must be ${least} or more`)
  }
  return settings
}

function refusal(maxBytes: number, why: string): CinescopeError {
  return new CinescopeError('CSC_ERR_OPTION', `createScope.ring.maxBytes is ${maxBytes}; ${why}`)
}
