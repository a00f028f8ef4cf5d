/** A record that a test changes what it needs of. */

import { KINDS, PHASE } from '@cinescope/protocol'
import type { Offered } from './stream.ts'

/** A log of site 1 outside of any film, without a value. */
export const POINT: Offered = {
  seq: 0,
  kind: KINDS.log,
  phase: PHASE.point,
  flags: 0,
  time: 0,
  since: 0,
  number: 0,
  site: 1,
  parent: 0,
  root: 0,
  cause: 0,
  subject: 0,
  span: 0,
  value: undefined,
  isLost: false,
}
