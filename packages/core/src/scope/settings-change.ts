/** Options that change at run time, told in the recording by each thread that takes them over. */

import { KINDS } from '@cinescope/protocol'
import { CONTROL_CODE } from '../base/control-code.ts'
import type { Change, LiveSettings } from '../options/live-settings.ts'
import { wantedInCode } from '../options/wanted-changes.ts'
import { OwnDocument } from '../capture/own-value.ts'
import type { Probe } from '../capture/probe.ts'

/** What of a thread takes part in that. */
export interface Changing {
  readonly probe: Probe
  readonly live: LiveSettings
}

/** Changes options for the whole process; the caller tells the other threads. @throws CSC_ERR_OPTION */
export function changeSettings({ probe, live }: Changing, options: unknown): void {
  tell(probe, live.change(wantedInCode(options, 'scope.set'), 'code'))
}

/** Takes over what another thread has changed, or the writer was asked to. */
export function followSettings({ probe, live }: Changing): void {
  if (live.isBehind) tell(probe, live.refresh())
}

/** One event for each: a document of our own, which no limit cuts that it tells of. */
function tell(probe: Probe, changes: readonly Change[]): void {
  if (!probe.isEnabled || changes.length === 0) return
  const site = probe.site({ name: 'settings', framework: 'cinescope' })
  const span = probe.current()
  const film = span?.isRecorded === true ? span : undefined
  for (const { key, from = 'none', to = 'none', by } of changes) {
    const value = new OwnDocument({ key, from, to, by })
    probe.recorder.point(KINDS.control, site, film?.seq ?? 0, film?.root.seq ?? 0, value, CONTROL_CODE.settings)
  }
}
