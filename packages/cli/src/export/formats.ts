/** The export formats by name, each loaded only when it is asked for. */

import type { Format } from './format.ts'

/** See above. */
export const FORMATS: Readonly<Record<string, { readonly summary: string; load(): Promise<Format> }>> = {
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
  mermaid: { summary: 'a sequence diagram', load: async () => (await import('./mermaid/mermaid.ts')).mermaid },
}
