/** One round of row `export`: the built command exports the big recording in one format; its peak memory. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { bigRecording, factsOf } from '../big-recording.ts'
import { check, childInput, report } from './child.ts'

/** What the parent asks for. */
export interface ExportInput {
  readonly format: ExportFormat
  readonly events: number
}

/** The formats. */
export type ExportFormat = 'ndjson' | 'csv' | 'otlp' | 'chrome' | 'har' | 'mermaid'

/** What a round tells. */
export interface ExportRound {
  /** Largest resident set of the exporting process, in 10^6 bytes. */
  readonly peakMb: number
  readonly seconds: number
  readonly outputMb: number
}

/** Runs in the command's process: tells its peak when it ends. */
const TELL_PEAK = `data:text/javascript,import{writeSync}from'node:fs';process.on('exit',()=>writeSync(3,String(process.resourceUsage().maxRSS)))`
const BIN = fileURLToPath(new URL('../../../packages/cli/dist/bin.js', import.meta.url))

const { format, events } = childInput<ExportInput>()
const recording = await bigRecording(events)
const facts = factsOf(recording)
const started = performance.now()
const command = spawn(process.execPath, ['--import', TELL_PEAK, BIN, 'export', recording.path, '--format', format], {
  stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
})
const [output, peak, [status]] = await Promise.all([
  measured(command.stdio[1] as Readable),
  textOf(command.stdio[3] as Readable),
  once(command, 'close') as Promise<[number]>,
])
check(status === 0, 'the export succeeds')
// a film has 20 events and 10 rows, an eleventh where it failed
const [rows, films] = [events / 2, facts.films]
const lines: Readonly<Record<ExportFormat, number>> = {
  ndjson: rows,
  csv: rows,
  chrome: rows,
  mermaid: rows,
  har: films,
  otlp: rows / 1000,
}
check(output.lines >= lines[format], `every event is in the export (${output.lines} lines)`)
check(format !== 'otlp' || output.bytes > rows * 300, `every span is in the export (${output.bytes} bytes)`)
report<ExportRound>({
  peakMb: (Number(peak) * 1024) / 1e6,
  seconds: (performance.now() - started) / 1000,
  outputMb: output.bytes / 1e6,
})

async function measured(stream: Readable): Promise<{ readonly bytes: number; readonly lines: number }> {
  let [bytes, found] = [0, 0]
  // a stream without an encoding gives buffers
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes += chunk.length
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) found++
  }
  return { bytes, lines: found }
}

async function textOf(stream: Readable): Promise<string> {
  let text = ''
  for await (const chunk of stream) text += String(chunk)
  return text
}
