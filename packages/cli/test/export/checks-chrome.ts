/** Reads Trace Event Format and refuses what its description does not allow, or what viewers would draw wrongly. */

/** An event of a trace. */
export interface TraceEvent {
  readonly name: string
  readonly ph: string
  readonly ts: number
  readonly pid: number
  readonly tid: number
  readonly dur?: number
  readonly id?: string
  readonly s?: string
  readonly args: Readonly<Record<string, unknown>>
}

/** All events of a trace. */
export function parseChrome(text: string): readonly TraceEvent[] {
  const trace = JSON.parse(text) as { readonly traceEvents: readonly TraceEvent[] }
  for (const event of trace.traceEvents) checkEvent(event)
  checkNesting(trace.traceEvents)
  checkFlows(trace.traceEvents)
  return trace.traceEvents
}

function checkEvent(event: TraceEvent): void {
  const isRight =
    typeof event.name === 'string' &&
    event.name.isWellFormed() &&
    'XBiMsfC'.includes(event.ph) &&
    Number.isFinite(event.ts) &&
    Number.isInteger(event.pid) &&
    Number.isInteger(event.tid) &&
    event.tid < 2 ** 31 &&
    (event.ph !== 'X' || (Number.isFinite(event.dur) && Number(event.dur) >= 0)) &&
    (event.ph !== 'i' || ['g', 'p', 't'].includes(event.s ?? ''))
  if (!isRight) throw new Error(`not of the format: ${JSON.stringify(event)}`)
}

/** Two spans of a track are apart or nested, and what is directly inside another is its child. */
function checkNesting(events: readonly TraceEvent[]): void {
  const tracks = Map.groupBy(
    events.filter(({ ph }) => ph === 'X' || ph === 'B'),
    ({ pid, tid }) => `${pid}/${tid}`,
  )
  for (const [track, spans] of tracks) {
    const open: { readonly id: unknown; readonly endNs: number }[] = []
    for (const { ts, dur, args, name } of spans) {
      const [start, end] = [nsOf(ts), dur === undefined ? Infinity : nsOf(ts) + nsOf(dur)]
      while ((open.at(-1)?.endNs ?? Infinity) <= start) open.pop()
      const outer = open.at(-1)
      if (outer !== undefined && (outer.endNs < end || args['parent'] !== outer.id))
        throw new Error(`'${name}' on track ${track} is drawn inside what it is not inside`)
      open.push({ id: args['id'], endNs: end })
    }
  }
}

function checkFlows(events: readonly TraceEvent[]): void {
  const named = new Set(events.filter(({ ph, name }) => ph === 'M' && name === 'thread_name').map(({ tid }) => tid))
  for (const { ph, tid } of events)
    if ('XBsf'.includes(ph) && !named.has(tid)) throw new Error(`track ${tid} has no name`)
  const [starts, ends] = ['s', 'f'].map((phase) => events.filter(({ ph }) => ph === phase).map(({ id }) => id))
  if (JSON.stringify(starts) !== JSON.stringify(ends)) throw new Error('arrows without an end')
}

function nsOf(micros: number): number {
  return Math.round(micros * 1000)
}
