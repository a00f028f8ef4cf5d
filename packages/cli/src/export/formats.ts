/** The export formats by name, each loaded only when it is asked for. */

import type { Format } from './format.ts'

/** A format that can be asked for. */
export interface FormatEntry {
  readonly summary: string
  /** Draws a film of several processes as one; others tell of each process by itself. */
  readonly isJoined?: boolean
  load(): Promise<Format>
}

/** See above. */
export const FORMATS: Readonly<Record<string, FormatEntry>> = {
  ndjson: { summary: 'one event a line, as `query --ndjson`', load: async () => (await import('./ndjson.ts')).ndjson },
  csv: { summary: 'one event a row (RFC 4180)', load: async () => (await import('./csv.ts')).csv },
  otlp: {
    summary: 'OpenTelemetry traces, one ExportTraceServiceRequest a line',
    load: async () => (await import('./otlp/otlp.ts')).otlp,
  },
  chrome: {
    summary: 'Trace Event Format, for Perfetto and chrome://tracing',
    load: async () => (await import('./chrome/chrome.ts')).chrome,
  },
  har: { summary: 'HTTP Archive 1.2', load: async () => (await import('./har/har.ts')).har },
  mermaid: {
    summary: 'a sequence diagram',
    isJoined: true,
    load: async () => (await import('./mermaid/mermaid.ts')).mermaid,
  },
}
