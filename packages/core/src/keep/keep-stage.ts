/** The stage that a policy asks for. */

import { assertNever } from '@cinescope/protocol'
import type { KeepSettings } from '../base/keep-settings.ts'
import type { KeepStage, KeptFold } from './kept-fold.ts'
import type { RouteTable } from './route-table.ts'
import { TailStage } from './tail-stage.ts'
import { WindowStage } from './window-stage.ts'

/** Undefined where everything is kept: then nothing stands between the ring and the fold. */
export function keepStage(fold: KeptFold, settings: KeepSettings, routes: RouteTable): KeepStage | undefined {
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
