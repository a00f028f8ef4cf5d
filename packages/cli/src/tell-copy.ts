/** What commands that write a recording have in common. */

import type { CopyReport } from '@cinescope/core/reader'
import type { Option } from './base/command.ts'
import { shown } from './base/recordings.ts'
import type { Screen } from './format/screen.ts'
import { counted } from './format/units.ts'

/** The option to write over a file. */
export const FORCE: Option = { kind: 'flag', help: 'write over a file that is there' }

/** The report as it is told in JSON. */
export function copyJson({ leftOut, ...report }: CopyReport): object {
  const left = leftOut.map(({ path, error: { code, message } }) => ({ path: shown(path), code, message }))
  return { ...report, leftOut: left }
}

/** Says what could not be copied. */
export function tellCopy({ leftOut, corrupt, areJoined }: CopyReport, screen: Screen): void {
  for (const { path, error } of leftOut) screen.complain(`${shown(path)} is left out: ${error.message}`)
  if (!areJoined)
    screen.complain('There are more than 262,144 films that others caused: those beyond stand as films of their own')
  if (corrupt > 0)
    screen.complain(
      `${counted(corrupt, 'segment')} could not be read; gaps stand in their place, and the ledger counts what is lost`,
    )
}
