/** `cinescope compact`: recordings without the room that is free in them. */

import { CinescopeError } from '@cinescope/protocol'
import type { Call, Command } from '../base/command.ts'
import { EXIT, type ExitCode } from '../base/exit-code.ts'
import { unlessInterrupted } from '../base/interrupt.ts'
import { isDirectory, recordingsAt, shown } from '../base/recordings.ts'
import { bytes } from '../format/units.ts'

/** See the file's first line. */
export const compact: Command = {
  name: 'compact',
  about: [
    'What retention removes leaves room in a recording for what comes next; the file does not get smaller. This writes it\nanew without that room, beside the old one, and puts it in its place: until then the old one is whole. It takes as much\nroom on the disk as the result.',
    'A recording that is being written is refused; of a directory, it is left out. What reads one meanwhile goes on reading\nthe old one until it opens it again.',
  ],
  operands: [{ name: 'PATH' }],
  options: {},
  examples: [
    ['compact', 'all recordings of .cinescope that nobody writes'],
    ['compact incident.cine', 'one'],
  ],
  run: async ({ operands, screen }: Call): Promise<ExitCode> => {
    const files = await recordingsAt(operands[0])
    const { compactRecording } = await import('@cinescope/core/reader')
    const isAlone = !isDirectory(operands[0])
    const done: { path: string; bytesBefore: number; bytesAfter: number }[] = []
    const leftOut: { path: string; code: string; message: string }[] = []
    for (const file of files) {
      try {
        const report = await unlessInterrupted((signal) => compactRecording(file, { signal }))
        done.push({ path: shown(file), ...report })
      } catch (thrown) {
        if (isAlone || !(thrown instanceof CinescopeError) || thrown.code === 'CSC_ERR_ABORTED') throw thrown
        leftOut.push({ path: shown(file), code: thrown.code, message: thrown.message })
      }
    }
    if (screen.format !== 'table') screen.json({ compacted: done, leftOut })
    else
      screen.print(
        ...done.map(({ path, bytesBefore, bytesAfter }) => [
          `${path}: ${bytes(bytesAfter)}, was ${bytes(bytesBefore)}`,
        ]),
      )
    for (const { path, message } of leftOut) screen.complain(`${path} is left out: ${message}`)
    return EXIT.ok
  },
}
