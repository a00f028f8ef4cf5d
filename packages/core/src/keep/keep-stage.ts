/** The stage that a policy asks for. */

import type { KeepSettings } from '../base/keep-settings.ts'
import type { KeepStage, KeptFold } from './kept-fold.ts'
import type { RouteTable } from './route-table.ts'
import { TailStage } from './tail-stage.ts'

/** Undefined where everything is kept: then nothing stands between the ring and the fold. */
export function keepStage(fold: KeptFold, settings: KeepSettings, routes: RouteTable): KeepStage | undefined {
  return settings.policy === 'all' ? undefined : new TailStage(fold, settings, routes)
}
