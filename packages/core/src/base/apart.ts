/** What is recorded whatever becomes of its film. */

import { KINDS } from '@cinescope/protocol'

/** State belongs to entities, and what is asked of the recorder to nobody. */
export function isApart(kind: number): boolean {
  return (kind >= KINDS['state.snapshot'] && kind <= KINDS['entity.died']) || kind === KINDS.control
}
