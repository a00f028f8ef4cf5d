/** `cinescope extract`: one file of a few films. */

import type { Call, Command } from '../base/command.ts'
import { defaultPath } from '../base/default-path.ts'
import { EXIT, type ExitCode, usageError } from '../base/exit-code.ts'
import { unlessInterrupted } from '../base/interrupt.ts'
import { shown } from '../base/recordings.ts'
import { bytes, counted } from '../format/units.ts'
import { copyJson, FORCE, tellCopy } from '../tell-copy.ts'

/** See the file's first line. */
export const extract: Command = {
  name: 'extract',
  about: [
    'Writes a recording of nothing but the films that are named: their events and values, the states of the entities they\ntouched, and an account in which the rest is counted as not extracted. The recording itself stays as it is.',
    'The other films of the same trace come along, of all processes where PATH is a directory or a merged file. What is recorded\nmay be private: values are redacted, not anonymous.',
  ],
  operands: [{ name: 'PATH' }],
  options: {
    film: {
      kind: 'text',
      value: 'ID',
      repeats: true,
      help: 'a film or a trace, by id or its first digits; may be given again',
    },
    out: { kind: 'text', value: 'FILE', short: 'o', help: 'the file to write; ID.film.cine in this directory' },
    force: FORCE,
  },
  examples: [
    ['extract --film 3fa9c2d4', 'that film alone, into 3fa9c2d4.film.cine'],
    ['extract --film 3fa9c2d4 --film 9be01f77 --out two.cine', 'two of them'],
  ],
  run: async ({ operands, given, screen }: Call): Promise<ExitCode> => {
    const ids = given.texts('film')
    const [first] = ids
    if (first === undefined) throw usageError('extract needs --film ID; `cinescope films` lists the ids')
    const wrong = ids.find((id) => !/^[0-9a-f]{4,32}$/.test(id))
    if (wrong !== undefined)
      throw usageError(
        `'${wrong.slice(0, 60)}' is no film id: it has 16 hex digits, of which the first 4 or more will do`,
      )
    const path = given.text('out') ?? `${first}.film.cine`
    const { extractFilms, openRecording } = await import('@cinescope/core/reader')
    const [place, force] = [operands[0] ?? defaultPath(), given.flag('force')]
    const report = await unlessInterrupted((signal) => extractFilms(place, ids, { path, force, signal }))
    await using recording = openRecording(path)
    const { bytes: size } = await recording.status()
    const { stored, notExtracted } = await recording.ledger()
    if (screen.format !== 'table') {
      screen.json({ path: shown(path), ...copyJson(report), bytes: size, stored, notExtracted })
      return EXIT.ok
    }
    tellCopy(report, screen)
    screen.print([
      `${shown(path)}: ${counted(report.films, 'film')}, ${counted(stored, 'event')}, ${bytes(size)}; ${counted(notExtracted, 'event')} not extracted`,
    ])
    return EXIT.ok
  },
}
