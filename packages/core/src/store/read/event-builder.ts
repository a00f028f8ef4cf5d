/** Public events and film summaries from stored rows. */

import {
  type Anchor,
  type CinescopeEvent,
  derivedTraceId,
  durationNs,
  EXTENT,
  type FilmSummary,
  FLAG,
  kindName,
  kindOf,
  type NodeId,
  parentCertainty,
  phaseOf,
  type Rows,
  seq as seqOf,
  type SpanId,
  spanIdOf,
  timeNs,
  wallAt,
} from '@cinescope/protocol'
import type { FilmRow, StoreView } from '../event-store.ts'

/** In the place of values that were not asked for. */
export const NO_VALUES: { readonly value: unknown; readonly result: unknown } = { value: undefined, result: undefined }

/** A row and where it stands. */
export interface RowPlace {
  readonly thread: number
  readonly rows: Rows
  readonly row: number
  /** The recording's. */
  readonly anchors: readonly Anchor[]
}

/** The event of a row; values are given apart, since they may not be wanted. */
export function buildEvent(
  node: NodeId,
  view: StoreView,
  place: RowPlace,
  values: { readonly value: unknown; readonly result: unknown },
): CinescopeEvent {
  const { thread, rows, row, anchors } = place
  // row is below rows.length, as the scan guarantees
  const word = rows.word[row]!
  const kind = kindName(kindOf(word)) ?? 'unknown'
  const site = view.site(rows.site[row]!)
  const id = (value: number): SpanId | undefined =>
    value === 0 ? undefined : spanIdOf(node, { thread, seq: seqOf(value) })
  const duration = rows.duration[row]!
  const atNs = timeNs(rows.time[row]!)
  return {
    id: spanIdOf(node, { thread, seq: seqOf(rows.seq[row]!) }),
    kind,
    name: site?.name ?? kind,
    site,
    thread,
    seq: rows.seq[row]!,
    atNs,
    at: wallAt(anchors, atNs),
    durationNs: duration < 0 ? undefined : durationNs(duration),
    open: phaseOf(word) === EXTENT.open,
    error: (word & FLAG.error) !== 0,
    aborted: (word & FLAG.aborted) !== 0,
    synthetic: (word & (FLAG.synthetic | FLAG.beginLost)) !== 0,
    parent: id(rows.parent[row]!),
    parentCertainty: parentCertainty(word),
    film: id(rows.root[row]!),
    cause: id(rows.cause[row]!),
    subject: view.entity(rows.subject[row]!),
    number: rows.number[row]!,
    value: values.value,
    result: values.result,
  }
}

/** The summary of a stored film. `anchors` are the recording's. */
export function buildSummary(node: NodeId, view: StoreView, film: FilmRow, anchors: readonly Anchor[]): FilmSummary {
  const kind = kindName(film.kind) ?? 'unknown'
  const place = { thread: film.thread, seq: seqOf(film.seq) }
  const atNs = timeNs(film.time)
  return {
    id: spanIdOf(node, place),
    name: view.site(film.site)?.name ?? kind,
    kind,
    at: wallAt(anchors, atNs),
    atNs,
    durationNs: film.duration === undefined ? undefined : durationNs(film.duration),
    status: film.status,
    error: (film.flags & FLAG.error) !== 0,
    aborted: (film.flags & FLAG.aborted) !== 0,
    marked: (film.flags & FLAG.marked) !== 0,
    decidedEarly: (film.flags & FLAG.decidedEarly) !== 0,
    thinned: (film.flags & FLAG.thinned) !== 0,
    events: film.events,
    errors: film.errors,
    traceId: film.trace ?? derivedTraceId(node, place),
  }
}
