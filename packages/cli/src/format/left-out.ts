/** Films that were recorded and left out on purpose, as a note beside what is shown. */

import type { Ledger } from '@cinescope/core'
import { counted } from './units.ts'

/** `1,204 events were not kept and 30 events not sampled (keep, sample)`; undefined where nothing was left out. */
export function leftOutText({ notKept, sampledOut }: Pick<Ledger, 'notKept' | 'sampledOut'>): string | undefined {
  if (notKept + sampledOut === 0) return undefined
  const kept = notKept === 0 ? [] : [`${counted(notKept, 'event')} not kept`]
  const sampled = sampledOut === 0 ? [] : [`${counted(sampledOut, 'event')} not sampled`]
  return `${[...kept, ...sampled].join(' and ')} (options keep, sample)`
}
