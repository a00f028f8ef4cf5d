/** Trace Event Format (JSON object), which Perfetto and chrome://tracing read. */

import type { CinescopeEvent } from '@cinescope/core'
import type { ExportPart } from '../format.ts'
import { jsonText } from '../json-text.ts'
import { isSpan } from '../span-kinds.ts'
import { Lanes } from './lanes.ts'

/** Tracks of a thread: its number times this, and the lane. A thread of more lanes shares the last. */
const LANES = 100_000

/** See the file's first line. One line an event, so that a file can be cut and looked at. */
export async function* chrome(parts: AsyncIterable<ExportPart>): AsyncGenerator<string> {
  yield '{"displayTimeUnit":"ns","otherData":{"generator":"cinescope"},"traceEvents":[\n'
  let isFirst = true
  const pids = new Set<number>()
  let baseMs: number | undefined
  for await (const part of parts) {
    baseMs ??= part.status.process.anchor.wallMs
    const track = new Tracks(part, pidOf(part, pids), baseMs)
    for (const line of track.head()) {
      yield `${isFirst ? '' : ',\n'}${jsonText(line)}`
      isFirst = false
    }
    for await (const page of part.pages())
      for (const event of page) for (const line of track.linesOf(event)) yield `,\n${jsonText(line)}`
  }
  yield '\n]}\n'
}

/** The process's own number, unless a recording before had it: numbers are used again. */
function pidOf({ status }: ExportPart, taken: Set<number>): number {
  let { pid } = status.process
  while (taken.has(pid)) pid += 4_194_304
  taken.add(pid)
  return pid
}

class Tracks {
  readonly #part: ExportPart
  readonly #pid: number
  /** From this process's clock to the file's, in ns. */
  readonly #shiftNs: number
  readonly #threads = new Map<number, Lanes>()

  constructor(part: ExportPart, pid: number, baseMs: number) {
    this.#part = part
    this.#pid = pid
    const { atNs, wallMs } = part.status.process.anchor
    this.#shiftNs = Math.round((wallMs - baseMs) * 1e6) - atNs
  }

  *head(): Generator<object> {
    const { process, state } = this.#part.status
    const { dropped, tail } = this.#part.ledger
    yield this.#meta('process_name', 0, { name: process.service === '' ? 'process' : process.service })
    yield this.#meta('process_labels', 0, {
      labels: `${state}, ${dropped} events lost, tail ${tail}, wall time of the first process at 0`,
    })
  }

  *linesOf(event: CinescopeEvent): Generator<object> {
    const lanes = this.#threads.get(event.thread) ?? new Lanes()
    this.#threads.set(event.thread, lanes)
    if (isSpan(event)) yield* this.#span(event, lanes)
    else yield* this.#point(event, lanes)
  }

  *#span(event: CinescopeEvent, lanes: Lanes): Generator<object> {
    const startNs = Math.round(event.atNs)
    const hasEnded = event.durationNs !== undefined
    const endNs = hasEnded ? Math.max(startNs, Math.round(event.atNs + (event.durationNs ?? 0))) : Infinity
    const { lane, isNew, parentLane } = lanes.place({ id: event.id, parent: event.parent, startNs, endNs })
    const tid = tidOf(event.thread, lane)
    if (isNew) yield* this.#trackNames(event.thread, lane)
    const common = this.#common(event, tid)
    yield hasEnded ? { ...common, ph: 'X', dur: microsOf(endNs - startNs) } : { ...common, ph: 'B' }
    if (parentLane === undefined) return
    // an arrow from the parent, which is drawn elsewhere
    const flow = { name: 'inside', cat: 'parent', id: event.id, pid: this.#pid, ts: common.ts }
    yield { ...flow, ph: 's', tid: tidOf(event.thread, parentLane) }
    yield { ...flow, ph: 'f', bp: 'e', tid }
  }

  *#point(event: CinescopeEvent, lanes: Lanes): Generator<object> {
    const { kind, name, number, thread, parent } = event
    const tid = tidOf(thread, (parent === undefined ? undefined : lanes.laneOf(parent)) ?? 0)
    const common = this.#common(event, tid)
    if (kind === 'metric') yield { ...common, ph: 'C', name: nameOf(name, kind), args: { value: finite(number) } }
    else yield { ...common, ph: 'i', s: kind === 'gap' ? 'p' : 't' }
  }

  #common(event: CinescopeEvent, tid: number): { readonly ts: number } & Readonly<Record<string, unknown>> {
    const { kind, name, site } = event
    return {
      name: kind === 'gap' ? `gap: ${event.number} events lost` : nameOf(name, kind),
      cat: site?.framework === undefined ? kind : `${kind},${site.framework.replaceAll(',', ' ')}`,
      ts: microsOf(Math.round(event.atNs) + this.#shiftNs),
      pid: this.#pid,
      tid,
      ...(event.error ? { cname: 'terrible' } : {}),
      args: argsOf(event),
    }
  }

  *#trackNames(thread: number, lane: number): Generator<object> {
    const tid = tidOf(thread, lane)
    const name = `${thread === 0 ? 'main' : `thread ${thread}`}${lane === 0 ? '' : ` · ${lane + 1}`}`
    yield this.#meta('thread_name', tid, { name })
    yield this.#meta('thread_sort_index', tid, { sort_index: tid })
  }

  #meta(name: string, tid: number, args: object): object {
    return { name, ph: 'M', pid: this.#pid, tid, ts: 0, args }
  }
}

function argsOf({
  id,
  film,
  parent,
  cause,
  parentCertainty,
  site,
  subject,
  value,
  result,
  ...rest
}: CinescopeEvent): object {
  return {
    id,
    film,
    parent,
    ...(parentCertainty === 'known' ? {} : { parentCertainty }),
    cause,
    place: site?.file === undefined ? undefined : `${site.file}:${site.line ?? 0}:${site.column ?? 0}`,
    subject,
    number: rest.number === 0 ? undefined : rest.number,
    open: rest.open || undefined,
    aborted: rest.aborted || undefined,
    synthetic: rest.synthetic || undefined,
    error: rest.error || undefined,
    value,
    result,
  }
}

function tidOf(thread: number, lane: number): number {
  return thread * LANES + Math.min(lane, LANES - 2) + 1
}

function nameOf(name: string, kind: string): string {
  return name === '' ? kind : name
}

function microsOf(ns: number): number {
  return Math.round(ns) / 1000
}

/** A counter has no track for what is no number. */
function finite(number: number): number {
  return Number.isFinite(number) ? number : 0
}
