/** Makes a file of a few films. */

import { basename } from 'node:path'
import { CinescopeError, LAST_THREAD, placeOf, type SpanId, type TraceId } from '@cinescope/protocol'
import { filmNumber } from '../../store/event-store.ts'
import { openParts } from '../open-recording.ts'
import { copyFilms } from './copy-films.ts'
import { Inputs } from './inputs.ts'
import { type CopyReport, writeParts } from './merge.ts'
import type { Target } from './new-file.ts'

/** What an extract holds. */
export interface ExtractReport extends CopyReport {
  /** Those asked for and the others of their traces. */
  readonly films: number
}

/**
 * Writes the films that `ids` name, and the others of their traces, from the recording or the directory at `place` to one file:
 * their events and values, the states of the entities they touched, and the account of what was left where it is.
 * @throws CSC_ERR_NOT_FOUND, CSC_ERR_AMBIGUOUS, CSC_ERR_ID; as `mergeRecordings`
 */
export async function extractFilms(place: string, ids: readonly string[], target: Target): Promise<ExtractReport> {
  const films = await filmsNamed(place, ids)
  using inputs = new Inputs([place])
  let taken = 0
  const chosen = inputs.processes
    .map(({ node, readers }) => ({ node, readers: readers.slice(0, 1) }))
    .map((process) => {
      const [reader] = process.readers
      const places = films.map((id) => placeOf(process.node, id))
      const found = reader === undefined ? [] : places.filter(({ thread, seq }) => isFilm(reader, thread, seq))
      return { process, films: found }
    })
    .filter((each) => each.films.length > 0)
  const report = await writeParts(
    target,
    { ...inputsOf(inputs), processes: chosen.map((each) => each.process) },
    async (process, writer, turn) => {
      const own = chosen.find((each) => each.process === process)?.films ?? []
      taken += own.length
      const [reader] = process.readers
      if (reader === undefined) return { segments: 0, corrupt: 0 }
      writer.extractsOf(
        own.map(({ thread, seq }) => ({ film: filmNumber(thread, seq), source: basename(reader.path) })),
      )
      return copyFilms(reader, own, writer, turn)
    },
  )
  return { ...report, films: taken }
}

function inputsOf({ paths, leftOut }: Inputs): Pick<Inputs, 'paths' | 'leftOut'> {
  return { paths, leftOut }
}

/** A place that a foreign id decodes to may be none. */
function isFilm(reader: Inputs['processes'][number]['readers'][number], thread: number, seq: number): boolean {
  return thread <= LAST_THREAD && seq < 2 ** 40 && reader.view.film(thread, seq) !== undefined
}

/** Ids of the films and of all others of their traces. */
async function filmsNamed(place: string, ids: readonly string[]): Promise<readonly SpanId[]> {
  if (ids.length === 0) throw new CinescopeError('CSC_ERR_QUERY', 'name a film to extract')
  await using recording = openParts(place)
  const films = new Set<SpanId>()
  for (const id of ids) {
    const named = /^[0-9a-f]{32}$/.test(id) ? undefined : (await recording.film(id)).summary
    if (named !== undefined) films.add(named.id)
    // 32 hex digits are a trace id
    const trace = named?.traceId ?? (id as TraceId)
    for (const film of await recording.filmsOfTrace(trace)) films.add(film.id)
  }
  if (films.size === 0)
    throw new CinescopeError('CSC_ERR_NOT_FOUND', `no film of the trace ${ids.join(', ')} in ${place}`)
  return Array.from(films)
}
