/** `cinescope export`: recordings in the formats of other tools. */

import type { EventQuery, FilmSummary } from '@cinescope/core'
import { CinescopeError, parseQuery } from '@cinescope/protocol'
import type { Call, Command } from '../base/command.ts'
import { EXIT, type ExitCode, usageError } from '../base/exit-code.ts'
import { NEWEST, openAt, type Opened, openFilm, openProcessesAt, recordingsAt, shown } from '../base/recordings.ts'
import { keepHeapSmall } from '../base/small-heap.ts'
import { gathered } from '../export/chunks.ts'
import type { ExportPart } from '../export/format.ts'
import { FORMATS } from '../export/formats.ts'
import { writeFileWhole } from '../export/output-file.ts'
import { type PartWatch, partOf } from '../export/parts.ts'
import type { Screen } from '../format/screen.ts'
import { counted } from '../format/units.ts'

const NAMES = Object.keys(FORMATS)

/** See the file's first line. */
export const exportCommand: Command = {
  name: 'export',
  about: [
    'Writes events in a format that other tools read. Of a directory every recording is written, the oldest first.\nWhatever the size, it is written as it is read. docs/exports.md says what becomes of what.',
    `Formats:\n${NAMES.map((name) => `  ${name.padEnd(9)}${FORMATS[name]?.summary ?? ''}`).join('\n')}`,
    'Values were redacted when they were recorded; they may be private nevertheless. Lost events are told in each format, and here.',
  ],
  operands: [{ name: 'PATH' }],
  options: {
    format: { kind: 'choice', value: 'FORMAT', choices: NAMES, help: 'what to write, see above' },
    film: { kind: 'text', value: 'ID', help: 'only this film' },
    query: { kind: 'text', value: 'EXPRESSION', help: 'only events that fit, as in `cinescope query`', not: 'film' },
    out: {
      kind: 'text',
      value: 'FILE',
      short: 'o',
      help: 'the file to write, mode 0600; standard output otherwise',
    },
    force: { kind: 'flag', help: 'write over FILE if it exists' },
    newest: NEWEST,
  },
  examples: [
    ['export --format otlp -o traces.jsonl', 'everything, for an OpenTelemetry collector'],
    ['export --format chrome --film 3fa9 -o film.json', 'one film, for ui.perfetto.dev'],
    [`export .cinescope --format csv --query 'kind:query duration > 100ms'`, 'slow queries, for a spreadsheet'],
    ['export --format mermaid --film 3fa9', 'one film as a diagram'],
  ],
  run: runExport,
}

async function runExport({ operands, given, screen }: Call): Promise<ExitCode> {
  const name = given.text('format')
  const format = name === undefined ? undefined : FORMATS[name]
  if (format === undefined) throw usageError(`export needs --format FORMAT, one of ${NAMES.join(', ')}`)
  if (screen.format !== 'table')
    throw usageError('--json says how answers are printed; the format of an export is --format ndjson or another')
  const output = given.text('out')
  if (output === undefined && given.flag('force')) throw usageError('--force is for a FILE; add --out FILE')
  const told: Told = { watch: { corrupt: 0, events: 0 }, lost: 0, unknown: 0, unread: 0 }
  const selection = { ...selectionOf(given), newest: given.flag('newest'), isJoined: format.isJoined === true }
  const parts = partsAsked(operands[0], selection, told, screen)
  keepHeapSmall()
  const text = gathered((await format.load())(parts))
  if (output === undefined) await screen.pour(text)
  else await writeFileWhole(output, text, { force: given.flag('force') })
  tell(told, output, screen)
  return EXIT.ok
}

/** What is not data but must be said. */
interface Told {
  readonly watch: PartWatch
  lost: number
  unknown: number
  unread: number
}

interface Selection {
  readonly film: string | undefined
  readonly query: EventQuery
  readonly newest: boolean
  /** Films of several processes are wanted as one. */
  readonly isJoined: boolean
}

function selectionOf(given: Call['given']): Pick<Selection, 'film' | 'query'> {
  const expression = given.text('query')
  const { limit, order, cursor, ...query } =
    expression === undefined ? {} : parseQuery(expression, { nowMs: Date.now() })
  if (limit !== undefined || order !== undefined || cursor !== undefined)
    throw new CinescopeError(
      'CSC_ERR_QUERY',
      'an export has no order or limit of its own: leave out `order by` and `limit`',
    )
  return { film: given.text('film'), query }
}

async function* partsAsked(
  path: string | undefined,
  { film, query, newest, isJoined }: Selection,
  told: Told,
  screen: Screen,
): AsyncGenerator<ExportPart> {
  if (film !== undefined) {
    const opened = await openFilm(film, path)
    await using recording = opened.recording
    const { summary, processes } = opened.film
    if (!isJoined && processes !== undefined) yield* partsOfFilm(opened, summary, told)
    else yield noting(await partOf(recording, [{ where: { film: summary.id } }], told.watch), told)
    return
  }
  const files = await recordingsAt(path)
  const nodes = new Set<string>()
  for (const file of newest ? files.slice(0, 1) : files.toReversed()) {
    const open = isJoined ? async () => [(await openAt(file)).recording] : () => openProcessesAt(file)
    const recordings = await open().catch((thrown: unknown) => unreadable(thrown, files.length, told, screen))
    for (const each of recordings ?? []) {
      await using recording = each
      const part = await partOf(recording, [query], told.watch)
      const { node } = part.status.process
      if (nodes.has(node)) screen.complain(`${shown(file)} is left out: it is a copy of another recording there`)
      else yield noting(part, told)
      nodes.add(node)
    }
  }
  if (nodes.size === 0) throw new CinescopeError('CSC_ERR_NO_RECORDING', 'none of the recordings can be read')
}

/** What each process did for a film that went through several. */
async function* partsOfFilm(
  { path, recording: merged }: Opened,
  { id, traceId }: FilmSummary,
  told: Told,
): AsyncGenerator<ExportPart> {
  for (const each of await openProcessesAt(path)) {
    await using recording = each
    const queries: EventQuery[] = []
    for (const film of await recording.filmsOfTrace(traceId)) {
      if ((await toldWith(merged, film.id)) === id) queries.push({ where: { film: film.id } })
    }
    if (queries.length > 0) yield noting(await partOf(recording, queries, told.watch), told)
  }
}

/** The film that a film is told with: of one whose root is not in the recording any more, itself. */
async function toldWith(merged: Opened['recording'], id: FilmSummary['id']): Promise<FilmSummary['id'] | undefined> {
  try {
    return (await merged.event(id)).film
  } catch (thrown) {
    if (thrown instanceof CinescopeError && thrown.code === 'CSC_ERR_NOT_FOUND') return id
    throw thrown
  }
}

/** One of several that cannot be read does not keep the others from being written. */
function unreadable(thrown: unknown, files: number, told: Told, screen: Screen): undefined {
  if (files === 1 || !(thrown instanceof CinescopeError)) throw thrown
  told.unread++
  screen.complain(`left out: ${thrown.message} [${thrown.code}]`)
}

function noting(part: ExportPart, told: Told): ExportPart {
  told.lost += part.ledger.dropped
  if (part.ledger.tail === 'unknown') told.unknown++
  return part
}

function tell({ watch, lost, unknown }: Told, output: string | undefined, screen: Screen): void {
  if (watch.corrupt > 0) screen.complain(`the recording is damaged: ${counted(watch.corrupt, 'segment')} left out`)
  if (lost > 0)
    screen.note(`${counted(lost, 'event')} had been lost while recording; \`cinescope ledger\` tells of what kind`)
  if (unknown > 0) screen.note(`${counted(unknown, 'recording')} ended without a word: what came last may be missing`)
  if (output !== undefined) screen.note(`${shown(output)}: ${counted(watch.events, 'event')}`)
}
