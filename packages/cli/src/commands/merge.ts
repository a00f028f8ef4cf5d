/** `cinescope merge`: one file of the recordings of several processes. */

import type { Call, Command } from '../base/command.ts'
import { EXIT, type ExitCode } from '../base/exit-code.ts'
import { unlessInterrupted } from '../base/interrupt.ts'
import { origin, shown } from '../base/recordings.ts'
import { skewLines } from '../format/clock-skew.ts'
import { bytes, counted } from '../format/units.ts'
import { copyJson, FORCE, tellCopy } from '../tell-copy.ts'

/** See the file's first line. */
export const merge: Command = {
  name: 'merge',
  about: [
    'Each PATH is a recording, a merged file, or a directory of which all recordings are taken. The result is one file that\nevery command reads; the recordings themselves stay as they are.',
    'A film that went through several processes is one film in the result. Events of all are in one order, in which no effect\ncomes before its cause. How far the clocks of the processes are apart is estimated from what they sent each other, and\nshown; no time is changed.',
    'Merging is idempotent: what is given twice is in the result once, and of two copies of one recording each adds what the\nother no longer has.',
  ],
  operands: [{ name: 'PATH', required: true, repeats: true }],
  options: {
    out: { kind: 'text', value: 'FILE', short: 'o', help: 'the file to write; merged.cine in this directory' },
    force: FORCE,
  },
  examples: [
    ['merge .cinescope --out all.cine', 'all processes that recorded there'],
    ['merge api.cine worker.cine', 'two recordings, into merged.cine'],
  ],
  run: async ({ operands, given, screen }: Call): Promise<ExitCode> => {
    const path = given.text('out') ?? 'merged.cine'
    const { mergeRecordings, openRecording } = await import('@cinescope/core/reader')
    const places = operands.filter((place) => place !== undefined)
    const force = given.flag('force')
    const report = await unlessInterrupted((signal) => mergeRecordings(places, { path, force, signal }))
    await using recording = openRecording(path)
    const status = await recording.status()
    const { stored } = await recording.ledger()
    const skew = await recording.clockSkew()
    if (screen.format !== 'table') {
      screen.json({
        recording: origin({ path: shown(path) }, status),
        ...copyJson(report),
        stored,
        bytes: status.bytes,
        skew,
      })
      return EXIT.ok
    }
    tellCopy(report, screen)
    screen.print(
      [`${shown(path)}: ${counted(report.processes, 'process')}, ${counted(stored, 'event')}, ${bytes(status.bytes)}`],
      ...skewLines(skew, status),
    )
    return EXIT.ok
  },
}
