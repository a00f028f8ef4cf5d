/** OTLP: one ExportTraceServiceRequest a line, in the JSON encoding of the protocol, as the file exporter writes. */

import type { RecordingStatus } from '@cinescope/core'
import { type Assembled, Assembler } from '../assembler.ts'
import type { ExportPart } from '../format.ts'
import { plainJsonText } from '../json-text.ts'
import { isSpan } from '../span-kinds.ts'
import { resourceOf, spanOf } from './span.ts'
import { Traces } from './traces.ts'

/** Spans a request. */
const BATCH = 100

/** See the file's first line. */
export async function* otlp(parts: AsyncIterable<ExportPart>): AsyncGenerator<string> {
  for await (const part of parts) yield* requestsOf(part)
}

async function* requestsOf(part: ExportPart): AsyncGenerator<string> {
  const traces = new Traces(part)
  const assembler = new Assembler()
  const batch = new Batch(resourceOf(resourcePairs(part)))
  const add = (assembled: Assembled): void => {
    const { event } = assembled
    const cause = event.cause === undefined ? undefined : traces.ofSpan(event.cause)
    batch.add(event.site?.framework ?? 'cinescope', spanOf(assembled, { own: traces.take(event), cause }))
  }
  for await (const page of part.pages()) {
    await traces.learn(page)
    for (const event of page) {
      for (const complete of assembler.add(event, isSpan(event))) {
        add(complete)
        if (batch.isFull) yield batch.take()
      }
    }
  }
  for (const rest of assembler.end()) {
    add(rest)
    if (batch.isFull) yield batch.take()
  }
  if (batch.size > 0) yield batch.take()
}

/** The spans of one request by scope, already as text: as objects they would live until it is full, and be many times as large. */
class Batch {
  readonly #resource: string
  readonly #spans = new Map<string, string[]>()
  #size = 0

  constructor(resource: object) {
    this.#resource = plainJsonText(resource)
  }

  /** Spans in it. */
  get size(): number {
    return this.#size
  }

  get isFull(): boolean {
    return this.#size >= BATCH
  }

  add(scope: string, span: object): void {
    const spans = this.#spans.get(scope) ?? []
    this.#spans.set(scope, spans)
    spans.push(plainJsonText(span))
    this.#size++
  }

  /** The request's line; the batch is empty then. */
  take(): string {
    const scopeSpans = Array.from(
      this.#spans,
      ([name, spans]) => `{"scope":${plainJsonText({ name })},"spans":[${spans.join(',')}]}`,
    )
    this.#spans.clear()
    this.#size = 0
    return `{"resourceSpans":[{"resource":${this.#resource},"scopeSpans":[${scopeSpans.join(',')}]}]}\n`
  }
}

function resourcePairs({ status, ledger }: ExportPart): readonly (readonly [string, unknown])[] {
  const { process }: RecordingStatus = status
  return [
    ['service.name', process.service],
    ['service.instance.id', process.node],
    ['process.pid', process.pid],
    ['process.runtime.name', 'nodejs'],
    ['process.runtime.version', process.nodeVersion],
    ['host.name', process.hostname],
    ['telemetry.sdk.name', 'cinescope'],
    ['telemetry.sdk.language', 'nodejs'],
    ['telemetry.sdk.version', process.cinescopeVersion],
    ['cinescope.recording.state', status.state],
    ['cinescope.ledger.dropped', ledger.dropped],
    ['cinescope.ledger.tail', ledger.tail],
  ]
}
