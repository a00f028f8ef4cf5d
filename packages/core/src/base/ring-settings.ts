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

/** Fills in defaults. @throws CSC_ERR_OPTION when a limit is set to which nothing grows, or below which nothing can */
export function settleRing(given: Partial<RingSettings> | undefined): RingSettings {
  const { strategy = 'drop', records = 32_768, arenaBytes = 4_194_304, maxBytes = 67_108_864 } = given ?? {}
  const settings = { strategy, records, arenaBytes, maxBytes }
  if (strategy !== 'grow' && given?.maxBytes !== undefined) {
    throw refusal(maxBytes, `it has a meaning with ring.strategy 'grow' only, which is '${strategy}'`)
  }
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
