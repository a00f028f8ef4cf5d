/** The cuts of `npm run test:cuts`: where each joint of the chain is cut, and which tests must see it. */

import { CAUSALITY_CUTS } from './cut-list/causality.ts'
import { CONTROL_CUTS } from './cut-list/control.ts'
import type { Cut } from './cut-list/cut.ts'
import { COPYING_CUTS } from './cut-list/copying.ts'
import { GROW_CUTS } from './cut-list/grow.ts'
import { GOVERNOR_CUTS } from './cut-list/governor.ts'
import { KEEP_CUTS } from './cut-list/keep.ts'
import { LIMIT_CUTS } from './cut-list/limits.ts'
import { READING_CUTS } from './cut-list/reading.ts'
import { RECORDING_CUTS } from './cut-list/recording.ts'
import { STATE_CUTS } from './cut-list/states.ts'
import { RETENTION_CUTS } from './cut-list/retention.ts'
import { TAIL_CUTS } from './cut-list/tail.ts'

/** All of them, in the order in which data goes. */
export const CUTS: readonly Cut[] = [
  ...RECORDING_CUTS,
  ...GROW_CUTS,
  ...GOVERNOR_CUTS,
  ...KEEP_CUTS,
  ...CONTROL_CUTS,
  ...LIMIT_CUTS,
  ...READING_CUTS,
  ...CAUSALITY_CUTS,
  ...STATE_CUTS,
  ...COPYING_CUTS,
  ...TAIL_CUTS,
  ...RETENTION_CUTS,
]
