/** What stands between the ring and the fold. */

import { assertNever } from '@cinescope/protocol'
import type { KeepSettings } from '../options/keep-settings.ts'
import type { KeepStage, KeptFold } from './kept-fold.ts'
import type { RouteTable } from './route-table.ts'
import { SampledOut } from './sampled-out.ts'
import { TailStage } from './tail-stage.ts'
import { WindowStage } from './window-stage.ts'

/** The stage for a ring: it counts what was sampled out, and keeps of the rest what the policy keeps. */
export function keepStage(fold: KeptFold, settings: KeepSettings, routes: RouteTable): KeepStage {
  return new SampledOut(fold, stageOf(fold, settings, routes), routes)
}

/** The stage that a policy asks for; undefined where everything is kept. */
function stageOf(fold: KeptFold, settings: KeepSettings, routes: RouteTable): KeepStage | undefined {
  switch (settings.policy) {
    case 'all':
      return undefined
    case 'tail':
      return new TailStage(fold, settings, routes)
    case 'window':
      return new WindowStage(fold, settings, routes)
    default:
      return assertNever(settings.policy)
  }
}
