/** The vocabulary of Cinescope. */

export type { Aggregate, AggregateGroup, AggregateQuery, GroupBy, HistogramBin, Measure } from './aggregate.ts'
export { GROUP_KEYS } from './aggregate.ts'
export type { ArrivalEnd, ArrivalPage, ArrivalQuery, TailGapReason, TailStart } from './arrival.ts'
export { addToBloom, bloomMayHold, BLOOM_SALT, createBloom } from './bloom.ts'
export { ByteReader, ByteWriter, checksum32, putVarint } from './bytes.ts'
export type {
  CausalBound,
  CausalEdge,
  CausalGraph,
  CausalHow,
  CausalNode,
  CausalOptions,
  CausalPath,
  ConcurrentOptions,
  Story,
  StoryEdge,
  StoryFilm,
  StoryOptions,
} from './causality.ts'
export type { Definition, Entity, Site } from './dictionary.ts'
export { keyNumber, LAST_THREAD, MAX_ENTITIES, MAX_KEYS, MAX_SITES, siteBase, sitePlace } from './dictionary.ts'
export type { DiffChange, DiffEvent, DiffOptions, Divergence, FilmDiff } from './diff.ts'
export type { ErrorCode } from './errors.ts'
export { assertNever, CinescopeError, ERROR_CODES } from './errors.ts'
export type { Hook, HookState } from './hook.ts'
export { HOOK_STATES } from './hook.ts'
export { isTooOld, OLDEST_NODE } from './node-version.ts'
export type { CinescopeEvent, Film, FilmProcess, FilmSummary } from './event.ts'
export type { ClockSkew } from './clock-skew.ts'
export type { Explain } from './explain.ts'
export { gramFilters, GramIndex, gramsMayHold } from './grams.ts'
export type { RouteFigures, SketchBin } from './route.ts'
export { decodeSketch, encodeSketch } from './route.ts'
export { binOf, MAX_BIN, QuantileSketch, RELATIVE_ERROR, ZERO_BIN } from './sketch.ts'
export type { Hlc, HlcReceived } from './hlc.ts'
export { HLC_EPOCH_MS, HLC_TICKS_PER_MS, hlcCompare, hlcOf, hlcReceive, hlcTick, hlcWallMs } from './hlc.ts'
export type { EventPlace, FilmId, NodeId, Seq, SpanId, TraceId, Traceparent } from './ids.ts'
export {
  derivedTraceId,
  formatTraceparent,
  MAX_THREAD,
  nodeId,
  parseTraceparent,
  placeOf,
  seq,
  spanIdOf,
} from './ids.ts'
export type { Kind, KindCode, ParentCertainty } from './kind.ts'
export {
  eventsOf,
  EXTENT,
  FLAG,
  isSpanKind,
  KIND_LIMIT,
  kindName,
  kindOf,
  KINDS,
  parentCertainty,
  PHASE,
  phaseOf,
  withPhase,
} from './kind.ts'
export { formatQuery } from './language/format.ts'
export type { ParseContext } from './language/parse.ts'
export { parseQuery } from './language/parse.ts'
export { formatSequence } from './language/sequence-format.ts'
export { parseSequence } from './language/sequence-parse.ts'
export type { SyntaxProblem } from './language/syntax-error.ts'
export type { Ledger, LedgerReason, LedgerRow } from './ledger.ts'
export { LEDGER_REASONS, sumLedger } from './ledger.ts'
export type {
  EventFilter,
  EventOrder,
  EventPage,
  EventQuery,
  FilmFilter,
  FilmOrder,
  FilmPage,
  FilmQuery,
  Operand,
  Page,
  ValueOperator,
  ValueTest,
} from './query.ts'
export { F64, MAX_VALUE_BYTES, RECORD_BYTES, seqBefore, U32, VALUE_ABSENT } from './record.ts'
export type { Rollup, RollupCells, RollupFigures, RollupFilms } from './rollup.ts'
export { endsFilm, NO_FILM, standsAlone, statusOf, UNSETTLED_FILM } from './rollup.ts'
export { decodeRollup, encodeRollup } from './rollup-codec.ts'
export type { Tile } from './tile.ts'
export type { TileLane, Tiles, TilesQuery } from './tiles.ts'
export { MAX_SLICE_BITS, sliceAt } from './tile.ts'
export { decodeTile, encodeTile, tileBits } from './tile-codec.ts'
export type { Rows } from './rows.ts'
export { allocateRows, copyRow, MAX_SEGMENT_ROWS, valueBytes } from './rows.ts'
export type { Column, Segment } from './segment.ts'
export type { SequenceMatch, SequencePage, SequenceQuery, SequenceScope } from './sequence.ts'
export { bytesOfRows, decodeSegment, encodeSegment } from './segment.ts'
export type { KindCount, SegmentMeta, ValuePage } from './segment-meta.ts'
export { decodeSegmentMeta, encodeSegmentMeta, MAX_META_ENTRIES } from './segment-meta.ts'
export type { Anchor, DurationNs, TimeNs, TimeRange, WallMs } from './time.ts'
export { durationNs, lastTimeAt, rangesAt, timeNs, wallAt, wallMs } from './time.ts'
export type { Frame, MessageInFlight, SeekFrom, SeekTarget, StepQuery } from './seek.ts'
export type {
  EntityChange,
  EntityState,
  HistoryPage,
  HistoryQuery,
  LastWrite,
  StateChange,
  StateDiff,
  StatePath,
} from './state.ts'
export type { KeyLookup } from './value.ts'
export { decodeValue } from './value.ts'
export { decodeDocument } from './value-document.ts'
export type { DecodeTally } from './value.ts'
export type { EncodedValue } from './value-diff.ts'
export { ValueDiff } from './value-diff.ts'
export type { Omission } from './value-format.ts'
export { CHANGE, KEY, OMISSION, omissionName, Omitted, Special, TAG } from './value-format.ts'
export type { EncodedChange, PatchStep } from './value-patch.ts'
export { applyPatch, changesOf, isPatch, patchPlace } from './value-patch.ts'
export { skipValue } from './value-skip.ts'
export { mayWrite, stepCodes, WriteFilterBuilder } from './write-filter.ts'
