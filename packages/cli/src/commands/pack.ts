/** `cinescope pack`: one self-contained file of a recording. */

import { basename } from 'node:path'
import type { Call, Command } from '../base/command.ts'
import { EXIT, type ExitCode } from '../base/exit-code.ts'
import { unlessInterrupted } from '../base/interrupt.ts'
import { recordingsAt, shown } from '../base/recordings.ts'
import { bytes, counted } from '../format/units.ts'
import { FORCE } from '../tell-copy.ts'

/** See the file's first line. */
export const pack: Command = {
  name: 'pack',
  about: [
    'Writes what a recording holds now to one new file, which can be copied and sent: a recording that is being written,\nor whose process was killed, has a log beside it without which it is not whole. The recording itself stays as it is.',
    'Of a directory, the newest recording is packed. What is recorded may be private: values are redacted, not anonymous.',
  ],
  operands: [{ name: 'PATH' }],
  options: {
    out: {
      kind: 'text',
      value: 'FILE',
      short: 'o',
      help: 'the file to write; NAME.packed.cine in this directory',
    },
    force: FORCE,
  },
  examples: [
    ['pack', 'the newest recording of .cinescope'],
    ['pack .cinescope --out incident.cine', 'the same, by another name'],
  ],
  run: async ({ operands, given, screen }: Call): Promise<ExitCode> => {
    const [file = ''] = await recordingsAt(operands[0])
    const target = given.text('out') ?? basename(file).replace(/\.cine$/, '.packed.cine')
    const { openRecording, packRecording } = await import('@cinescope/core/reader')
    const force = given.flag('force')
    await unlessInterrupted((signal) => packRecording(file, { path: target, force, signal }))
    await using recording = openRecording(target)
    const { bytes: size } = await recording.status()
    const { stored, tail } = await recording.ledger()
    if (screen.format === 'table')
      screen.print([`${shown(target)}: ${counted(stored, 'event')}, ${bytes(size)}, tail ${tail}`])
    else screen.json({ from: shown(file), path: shown(target), bytes: size, stored, tail })
    return EXIT.ok
  },
}
