/** A few films of one process's recording, with the states of the entities they touched. */

import { BLOOM_SALT, bloomMayHold, decodeSegmentMeta, type EventPlace, KINDS, type Rows } from '@cinescope/protocol'
import { filmNumber, type FilmRow, type SegmentEntry } from '../../store/event-store.ts'
import type { PartReader } from '../../store/sqlite/part-reader.ts'
import type { PartWriter } from '../../store/sqlite/part-writer.ts'
import { Account } from './account.ts'
import type { CopiedPart } from './copy-part.ts'
import { createGapSealer, createResealer, isGap } from './reseal.ts'
import { Touched } from './touched.ts'
import type { Turn } from './turns.ts'

/** See above; `places` are the roots of the films. Segments keep their ids, so that extracts can be united. */
export async function copyFilms(
  reader: PartReader,
  places: readonly EventPlace[],
  writer: PartWriter,
  turn: Turn,
): Promise<CopiedPart> {
  const films = places.flatMap(({ thread, seq }) => reader.view.film(thread, seq) ?? [])
  const roots = new Map<number, Set<number>>()
  for (const { thread, seq } of films) roots.set(thread, (roots.get(thread) ?? new Set()).add(seq))
  const touched = await touchedBy(reader, films, roots, turn)
  const used: Used = { sites: new Set(films.map(({ site }) => site)), keys: new Set(), entities: touched.entities }
  const account = new Account(reader.ledger())
  const [sealGap, reseal] = [createGapSealer(), createResealer()]
  let [segments, corrupt] = [0, 0]
  for (const entry of reader.segments()) {
    const isOfFilm = mayHoldFilm(entry, films)
    if (!isOfFilm && !touched.mayBeIn(entry)) continue
    await turn()
    const segment = reader.sound(entry)
    if (segment === undefined) {
      if (!isOfFilm) continue
      writer.sealed(entry.id, entry.isTail, sealGap(entry))
      corrupt++
      continue
    }
    const own = roots.get(entry.summary.thread)
    const rows = rowsThat(
      segment.rows,
      (at, row) => own?.has(at.root[row]!) === true || touched.keeps(at, row) || (isOfFilm && isHoleIn(at, row, films)),
    )
    if (rows.length === 0) continue
    for (const row of rows) used.sites.add(segment.rows.site[row]!)
    const sealed = reseal([{ segment, rows }], (key) => used.keys.add(key))
    writer.sealed(entry.id, entry.isTail, sealed)
    account.keep(decodeSegmentMeta(sealed.meta).kinds)
    segments++
  }
  copyTables(reader, writer, { ...used, films: new Set(films.map(({ thread, seq }) => filmNumber(thread, seq))) })
  writer.ledger(account.rows('notExtracted'))
  return { segments: segments + corrupt, corrupt }
}

interface Used {
  readonly sites: Set<number>
  readonly keys: Set<number>
  readonly entities: ReadonlySet<number>
}

/** Dictionary entries and films by their number, which is the first column of their tables. */
function copyTables(
  reader: PartReader,
  writer: PartWriter,
  used: Used & { readonly films: ReadonlySet<number> },
): void {
  const wanted: readonly (readonly [string, ReadonlySet<unknown> | undefined])[] = [
    ['process', undefined],
    ['hook', undefined],
    ['counter', undefined],
    ['site', used.sites],
    ['key', used.keys],
    ['entity', used.entities],
    ['carried', used.entities],
    ['film', used.films],
  ]
  for (const [table, numbers] of wanted)
    for (const row of reader.plainRows(table))
      if (numbers === undefined || numbers.has(row[0])) writer.plain(table, row)
}

/** What entities the films have to do with, and from when to when their states matter. */
async function touchedBy(
  reader: PartReader,
  films: readonly FilmRow[],
  roots: ReadonlyMap<number, ReadonlySet<number>>,
  turn: Turn,
): Promise<Touched> {
  const touched = new Touched()
  const candidates = reader.segments().filter((entry) => mayHoldFilm(entry, films))
  for (const { time, duration } of films) touched.during(time, duration === undefined ? Infinity : time + duration)
  for (const entry of candidates) {
    await turn()
    const rows = reader.sound(entry)?.rows
    const own = roots.get(entry.summary.thread)
    if (rows === undefined || own === undefined) continue
    for (let row = 0; row < rows.length; row++) if (own.has(rows.root[row]!)) touched.touch(rows, row)
  }
  for (const entry of reader.segments()) {
    await turn()
    const rows = touched.mayBeIn(entry) ? reader.sound(entry)?.rows : undefined
    if (rows !== undefined) touched.lookFor(rows)
  }
  return touched
}

function mayHoldFilm({ summary, bloom }: SegmentEntry, films: readonly FilmRow[]): boolean {
  return films.some(
    ({ thread, seq, lastSeq }) =>
      summary.thread === thread &&
      summary.seqLow <= lastSeq &&
      summary.seqHigh >= seq &&
      (bloomMayHold(bloom, BLOOM_SALT.root, seq) || (summary.kindsHigh & (1 << (KINDS.gap - 32))) !== 0),
  )
}

function isHoleIn(rows: Rows, row: number, films: readonly FilmRow[]): boolean {
  if (!isGap(rows, row)) return false
  const seq = rows.seq[row]!
  return films.some((film) => seq >= film.seq && seq <= film.lastSeq)
}

function rowsThat(rows: Rows, test: (rows: Rows, row: number) => boolean): number[] {
  const kept: number[] = []
  for (let row = 0; row < rows.length; row++) if (test(rows, row)) kept.push(row)
  return kept
}
