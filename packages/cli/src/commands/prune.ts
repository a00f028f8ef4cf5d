/** `cinescope prune`: whole recordings of a directory that are too old or too much, or the oldest of one recording. */

import type { DirectoryEntry, KeepOfDirectory } from '@cinescope/core/reader'
import { type Call, type Command, type Given } from '../base/command.ts'
import { defaultPath } from '../base/default-path.ts'
import { EXIT, type ExitCode, usageError } from '../base/exit-code.ts'
import { unlessInterrupted } from '../base/interrupt.ts'
import { isDirectory, recordingsAt, shown } from '../base/recordings.ts'
import type { Screen } from '../format/screen.ts'
import type { Line } from '../format/styled.ts'
import { bytes, counted, dateOf, timeOfDay } from '../format/units.ts'
import { tryPruning } from '../prune-trial.ts'

/** See the file's first line. */
export const prune: Command = {
  name: 'prune',
  about: [
    'Of a directory, whole recordings are removed, those that were started longest ago first, until the others are within\nthe limits together. One that is being written counts, and stays. What is removed is listed.',
    'Of one recording, the oldest segments are removed; states are carried over, its ledger counts the events as pruned, and\nthe room is given back to the disk. One that is being written is refused: it has limits of its own, `maxBytes`,\n`maxAgeMs` and `maxEvents` of createScope().',
  ],
  operands: [{ name: 'PATH' }],
  options: {
    'max-bytes': { kind: 'integer', value: 'N', help: 'bytes to be left at most' },
    'max-age': { kind: 'time', value: 'AGE', help: 'remove what is older: 7d, 12h, or a date' },
    'max-events': { kind: 'integer', value: 'N', help: 'stored events to be left at most' },
    'keep-last': {
      kind: 'integer',
      value: 'N',
      from: 1,
      help: 'of a directory: the newest N stay, whatever the limits say; without limits, no others',
    },
    'dry-run': {
      kind: 'flag',
      help: 'say what would be removed and left, and remove nothing; of one recording it is tried on a copy',
    },
  },
  examples: [
    ['prune --max-age 7d --keep-last 3', 'what is older than a week, but for the last three'],
    ['prune --max-bytes 1000000000 --dry-run', 'what would have to go to leave 1 GB'],
    ['prune incident.cine --max-age 2h', 'of one recording, all but the last two hours'],
  ],
  run: async ({ operands, given, screen }: Call): Promise<ExitCode> => {
    const limits = limitsOf(given)
    if (Object.keys(limits).length === 0)
      throw usageError('prune needs a limit: --max-bytes N, --max-age AGE, --max-events N or --keep-last N')
    const [file = ''] = await recordingsAt(operands[0])
    if (isDirectory(operands[0])) return pruneAll(operands[0], limits, given.flag('dry-run'), screen)
    if (given.flag('keep-last')) throw usageError(`--keep-last is for directories, and ${shown(file)} is one recording`)
    return pruneOne(file, limits, given.flag('dry-run'), screen)
  },
}

function limitsOf(given: Given): KeepOfDirectory {
  const [maxBytes, sinceMs] = [given.number('max-bytes'), given.number('max-age')]
  const [maxEvents, keepLast] = [given.number('max-events'), given.number('keep-last')]
  return {
    ...(maxBytes === undefined ? {} : { maxBytes }),
    ...(sinceMs === undefined ? {} : { sinceMs }),
    ...(maxEvents === undefined ? {} : { maxEvents }),
    ...(keepLast === undefined ? {} : { keepLast }),
  }
}

async function pruneOne(file: string, limits: KeepOfDirectory, isDryRun: boolean, screen: Screen): Promise<ExitCode> {
  const { pruneRecording } = await import('@cinescope/core/reader')
  const report = await unlessInterrupted((signal) =>
    isDryRun ? tryPruning(file, limits, signal) : pruneRecording(file, limits, { signal }),
  )
  const { segments, events, bytesBefore, bytesAfter } = report
  const [what, left, was] = isDryRun ? ['would be removed', ' would be left', 'is'] : ['removed', '', 'was']
  if (screen.format !== 'table') screen.json({ path: shown(file), ...(isDryRun ? { isDryRun } : {}), ...report })
  else if (segments === 0) screen.print([`${shown(file)}: nothing to remove, ${bytes(bytesAfter)}`])
  else
    screen.print([
      `${shown(file)}: ${counted(events, 'event')} ${what}, ${bytes(bytesAfter)}${left}, ${was} ${bytes(bytesBefore)}`,
    ])
  return EXIT.ok
}

async function pruneAll(
  directory: string | undefined,
  limits: KeepOfDirectory,
  isDryRun: boolean,
  screen: Screen,
): Promise<ExitCode> {
  const { pruneDirectory } = await import('@cinescope/core/reader')
  const { kept, removed, leftAlone } = await pruneDirectory(directory ?? defaultPath(), limits, { isDryRun })
  const told = <T extends { readonly path: string }>(all: readonly T[]): T[] =>
    all.map((entry) => ({ ...entry, path: shown(entry.path) }))
  if (screen.format !== 'table') {
    screen.json({ isDryRun, removed: told(removed), kept: told(kept), leftAlone: told(leftAlone) })
    return EXIT.ok
  }
  screen.print(...removed.map((entry) => removedLine(entry, isDryRun)))
  const total = kept.reduce((sum, entry) => sum + entry.bytes, 0)
  const what = isDryRun ? 'would be removed' : 'removed'
  screen.print([
    `${counted(removed.length, 'recording')} ${what}, ${counted(kept.length, 'recording')} left, ${bytes(total)}`,
  ])
  for (const { path, message } of leftAlone) screen.complain(`${shown(path)} is left alone: ${message}`)
  return EXIT.ok
}

function removedLine({ path, bytes: size, events, newestMs }: DirectoryEntry, isDryRun: boolean): Line {
  const until = `${dateOf(newestMs)} ${timeOfDay(newestMs)}`
  return [
    `${isDryRun ? 'would remove' : 'removed'} ${shown(path)}: ${bytes(size)}, ${counted(events, 'event')}, until ${until}`,
  ]
}
