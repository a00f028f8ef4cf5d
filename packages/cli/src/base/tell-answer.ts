/** What is told beside an answer. */

import type { RecordingStatus } from '@cinescope/core'
import type { Explain } from '@cinescope/protocol'
import { explainLines } from '../format/explain.ts'
import { counted } from '../format/units.ts'
import type { Call } from './command.ts'
import { tellUnread } from './recordings.ts'

/** What is left out of it, and with `--explain` what was read to find it. */
export function tellAnswer(explain: Explain, status: RecordingStatus, { given, screen }: Call): void {
  tellUnread(status, screen)
  if (explain.corrupt > 0) screen.complain(`the file is damaged: ${counted(explain.corrupt, 'segment')} left out`)
  // in JSON that is a part of the answer
  if (given.flag('explain') && screen.format !== 'json') for (const line of explainLines(explain)) screen.note(line)
}
