/** Facts about the recorded process that its recording keeps. */

import type { Anchor, NodeId } from '@cinescope/protocol'

/** Who recorded. `anchor` ties the process's monotonic clock to the wall. */
export interface ProcessInfo {
  readonly node: NodeId
  readonly pid: number
  readonly service: string
  readonly hostname: string
  readonly nodeVersion: string
  readonly cinescopeVersion: string
  readonly anchor: Anchor
}
