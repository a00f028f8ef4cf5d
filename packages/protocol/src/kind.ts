/** Event kinds, and the 32-bit word that carries a kind with its phase and flags. */

/** Every kind of event, by the byte that stands for it. Spans are below 32, points from 32 on. */
export const KINDS = {
  request: 1,
  router: 2,
  middleware: 3,
  handler: 4,
  guard: 5,
  pipe: 6,
  interceptor: 7,
  filter: 8,
  query: 9,
  transaction: 10,
  'socket.event': 11,
  ack: 12,
  'actor.call': 13,
  'actor.cast': 14,
  'actor.info': 15,
  'client.request': 16,
  function: 17,
  span: 18,
  connect: 19,
  lookup: 20,
  process: 21,
  thread: 22,
  message: 23,
  send: 32,
  receive: 33,
  'state.snapshot': 34,
  'state.patch': 35,
  'entity.born': 36,
  'entity.died': 37,
  error: 38,
  log: 39,
  metric: 40,
  nondeterminism: 41,
  edge: 42,
  attribute: 43,
  control: 44,
  gap: 45,
} as const

/** The name of a kind. */
export type Kind = keyof typeof KINDS

/** The byte of a kind, 1 to 63. */
export type KindCode = (typeof KINDS)[Kind]

/** Codes fit 6 bits, so that a segment's kinds fit one 64-bit bitmap. */
export const KIND_LIMIT = 64

/** Phases of a record in the ring, bits 8 to 9 of the word. */
export const PHASE = { point: 0, begin: 1, end: 2 } as const

/**
 * How much of a span a stored row holds, also bits 8 to 9:
 * a point; a begin whose end was not known yet; begin and end; an end whose begin stands in an earlier segment.
 */
export const EXTENT = { point: 0, open: 1, whole: 2, resumed: 3 } as const

/** Flags of the word. */
export const FLAG = {
  /** The span or point failed. */
  error: 0x400,
  /** A value was cut to its limits. */
  truncated: 0x800,
  /** The span ran across at least one turn of the event loop. */
  async: 0x1000,
  /** Written by the recorder itself, never offered by a probe. */
  synthetic: 0x2000,
  /** The parent was inferred from order, not read from the async context. */
  parentInferred: 0x4000,
  /** There should be a parent but it is unknown. */
  parentOrphan: 0x8000,
  /** The begin of this span was lost; the row was rebuilt from its end. */
  beginLost: 0x10000,
  /** The peer went away before the span was complete. */
  aborted: 0x20000,
  /** A user marked the film. */
  marked: 0x40000,
  /** A bound was reached before the film had ended, so that it was kept by what was known of it then. */
  decidedEarly: 0x80000,
  /** Its root was sampled out: only what is there whatever becomes of a film is recorded of it. */
  sampledOut: 0x100000,
  /** On the end of a root: spans or values of its film were left out to keep within the budget. */
  thinned: 0x200000,
} as const

/** How the parent of an event is known. */
export type ParentCertainty = 'known' | 'inferred' | 'orphan'

const NAMES: readonly (Kind | undefined)[] = namesByCode()

/** The name of a code, or undefined for a code that this version does not know. */
export function kindName(code: number): Kind | undefined {
  return NAMES[code]
}

/** True for kinds that have a begin and an end. */
export function isSpanKind(code: number): boolean {
  return code > 0 && code < 32
}

/** The kind's code within a word. */
export function kindOf(word: number): number {
  return word & 0x3f
}

/** The phase (of a ring record) or extent (of a stored row) within a word. */
export function phaseOf(word: number): number {
  return (word >>> 8) & 3
}

/** The word with another phase or extent. */
export function withPhase(word: number, phase: number): number {
  return ((word & ~0x300) | (phase << 8)) >>> 0
}

/** How the parent is known, from the word's flags. */
export function parentCertainty(word: number): ParentCertainty {
  if ((word & FLAG.parentOrphan) !== 0) return 'orphan'
  return (word & FLAG.parentInferred) !== 0 ? 'inferred' : 'known'
}

/** How many offered events a stored row stands for: 2 for a whole span, 0 for what the recorder wrote itself. */
export function eventsOf(word: number): number {
  if ((word & FLAG.synthetic) !== 0) return 0
  return phaseOf(word) === EXTENT.whole && (word & FLAG.beginLost) === 0 ? 2 : 1
}

function namesByCode(): (Kind | undefined)[] {
  const names: (Kind | undefined)[] = Array.from({ length: KIND_LIMIT })
  for (const [name, code] of Object.entries(KINDS)) names[code] = name as Kind
  return names
}
