/** OTLP: one ExportTraceServiceRequest a line, in the JSON encoding of the protocol, as the file exporter writes. */

import type { RecordingStatus } from '@cinescope/core'
import { type Assembled, Assembler } from '../assembler.ts'
import type { ExportPart } from '../format.ts'
import { plainJsonText } from '../json-text.ts'
import { isSpan } from '../span-kinds.ts'
import { resourceOf, spanOf } from './span.ts'
import { Traces } from './traces.ts'

/** Spans a request. */
const BATCH = 500

/** See the file's first line. */
export async function* otlp(parts: AsyncIterable<ExportPart>): AsyncGenerator<string> {
  for await (const part of parts) yield* requestsOf(part)
}

async function* requestsOf(part: ExportPart): AsyncGenerator<string> {
  const traces = new Traces(part)
  const assembler = new Assembler()
  const resource = resourceOf(resourcePairs(part))
  let batch: Batch = new Map()
  let size = 0
  const add = (assembled: Assembled): void => {
    const { event } = assembled
    const cause = event.cause === undefined ? undefined : traces.ofSpan(event.cause)
    const scope = event.site?.framework ?? 'cinescope'
    const spans = batch.get(scope) ?? []
    batch.set(scope, spans)
    spans.push(spanOf(assembled, { own: traces.take(event), cause }))
    size++
  }
  const request = (): string => {
    const line = requestLine(resource, batch)
    batch = new Map()
    size = 0
    return line
  }
  for await (const page of part.pages()) {
    await traces.learn(page)
    for (const event of page) for (const complete of assembler.add(event, isSpan(event))) add(complete)
    if (size >= BATCH) yield request()
  }
  for (const rest of assembler.end()) {
    add(rest)
    if (size >= BATCH) yield request()
  }
  if (size > 0) yield request()
}

type Batch = Map<string, object[]>

function requestLine(resource: object, batch: Batch): string {
  const scopeSpans = Array.from(batch, ([name, spans]) => ({ scope: { name }, spans }))
  return `${plainJsonText({ resourceSpans: [{ resource, scopeSpans }] })}\n`
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
