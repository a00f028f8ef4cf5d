/** What a scope records of what Node and libraries tell of themselves. */

import type { OptionRules } from './option-rules.ts'

/** The names by which sources are turned off, and by which the doctor lists them. */
export const SOURCE_NAMES = [
  'http.client',
  'undici',
  'net',
  'dns',
  'child_process',
  'worker_threads',
  'console',
  'process',
] as const

/** One of them. */
export type SourceName = (typeof SOURCE_NAMES)[number]

/** What a user may say of outgoing requests. */
export interface OutgoingOptions {
  /** Capture the bodies of answers. Default true, but false when NODE_ENV is `production`. */
  readonly bodies?: boolean
  /** Bytes kept of one body, 0 to 1,048,576. Default 4,096. */
  readonly maxBodyBytes?: number
  /** Hosts whose requests carry a W3C `traceparent`: `api.example.org`, or `*.example.org` for those below it. Default: all. */
  readonly traceparentTo?: readonly string[]
}

/** See the file's first line. */
export interface SourceSettings {
  readonly on: readonly SourceName[]
  readonly bodies: boolean
  readonly maxBodyBytes: number
  /** Undefined stands for all. */
  readonly traceparentTo: readonly string[] | undefined
}

/** Rules of the options `sources` and `outgoing`. */
export const SOURCE_RULES: OptionRules = {
  sources: {
    is: 'either',
    rules: [
      { is: 'boolean' },
      { is: 'object', rules: Object.fromEntries(SOURCE_NAMES.map((name) => [name, { is: 'boolean' }])) },
    ],
  },
  outgoing: {
    is: 'object',
    rules: {
      bodies: { is: 'boolean' },
      maxBodyBytes: { is: 'integer', from: 0, to: 1_048_576 },
      traceparentTo: { is: 'listOf', item: 'string' },
    },
  },
}

/** Fills in the defaults. */
export function settleSources(
  sources: boolean | Readonly<Partial<Record<SourceName, boolean>>> | undefined,
  outgoing: OutgoingOptions | undefined,
  isProduction: boolean,
): SourceSettings {
  return {
    on: SOURCE_NAMES.filter((name) => (typeof sources === 'boolean' ? sources : (sources?.[name] ?? true))),
    bodies: outgoing?.bodies ?? !isProduction,
    maxBodyBytes: outgoing?.maxBodyBytes ?? 4096,
    traceparentTo: outgoing?.traceparentTo,
  }
}
