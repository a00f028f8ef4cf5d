/** What a scope records of what Node and libraries tell of themselves. */

import type { OptionRules } from './option-rules.ts'

/** The names by which sources are turned off, and by which the doctor lists them. */
const SOURCE_NAMES = [
  'http.server',
  'http2.server',
  'http.client',
  'http2.client',
  'undici',
  'net',
  'dns',
  'child_process',
  'worker_threads',
  'console',
  'process',
  'pino',
  'pg',
  'mysql2',
  'ioredis',
  'redis',
  'mongoose',
  'graphql',
  'fastify',
  'vitals',
] as const

/** One of them. */
export type SourceName = (typeof SOURCE_NAMES)[number]

/** Adapters record requests with more detail, so these are on only where the user says so, or where nothing is said in code. */
export const OFF_BY_DEFAULT: readonly SourceName[] = ['http.server', 'http2.server']

/** What a user may say of requests that no adapter records. */
interface IncomingOptions {
  /** Capture bodies. Default true, but false when NODE_ENV is `production`. */
  readonly bodies?: boolean
  /** Bytes kept of one body, 0 to 1,048,576. Default 4,096. */
  readonly maxBodyBytes?: number
}

/** What a user may say of outgoing requests. */
interface OutgoingOptions {
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
  readonly incoming: Bodies
  readonly vitals: Required<VitalsOptions>
  readonly outgoing: Bodies & {
    /** Undefined stands for all. */
    readonly traceparentTo: readonly string[] | undefined
  }
}

/** How host vitals are watched. */
interface VitalsOptions {
  /** Milliseconds between two samples while films are recorded, 100 to 3,600,000; 30 times as long while none is. Default 1,000. */
  readonly everyMs?: number
  /** From which delay on the event loop counts as blocked, in ms, 10 to 60,000. Default 50. */
  readonly blockedMs?: number
  /** From which length on a pause of the collector is an event of its own, in ms, 1 to 60,000. Default 10. */
  readonly pauseMs?: number
}

interface Bodies {
  readonly bodies: boolean
  readonly maxBodyBytes: number
}

/** What a user may say of sources. */
export interface SourceOptions {
  /**
   * What Node and libraries tell of themselves is recorded: all (true), nothing (false), or as named; what is not named is on,
   * but for servers, whose requests adapters record.
   */
  readonly sources?: boolean | Readonly<Partial<Record<SourceName, boolean>>>
  /** What is recorded of requests that no adapter records. */
  readonly incoming?: IncomingOptions
  /** What is recorded of outgoing requests, and sent with them. */
  readonly outgoing?: OutgoingOptions
  /** How the event loop, the collector and memory are watched. */
  readonly vitals?: VitalsOptions
}

const BODIES: OptionRules = {
  bodies: { is: 'boolean' },
  maxBodyBytes: { is: 'integer', from: 0, to: 1_048_576 },
}

/** Rules of these options. */
export const SOURCE_RULES: OptionRules = {
  sources: {
    is: 'either',
    rules: [
      { is: 'boolean' },
      { is: 'object', rules: Object.fromEntries(SOURCE_NAMES.map((name) => [name, { is: 'boolean' }])) },
    ],
  },
  incoming: { is: 'object', rules: BODIES },
  vitals: {
    is: 'object',
    rules: {
      everyMs: { is: 'integer', from: 100, to: 3_600_000 },
      blockedMs: { is: 'integer', from: 10, to: 60_000 },
      pauseMs: { is: 'integer', from: 1, to: 60_000 },
    },
  },
  outgoing: {
    is: 'object',
    rules: {
      ...BODIES,
      traceparentTo: { is: 'listOf', item: 'string' },
    },
  },
}

/** Fills in the defaults. */
export function settleSources(
  { sources, incoming, outgoing, vitals }: SourceOptions,
  isProduction: boolean,
): SourceSettings {
  const isOn = (name: SourceName): boolean =>
    typeof sources === 'boolean' ? sources : (sources?.[name] ?? !OFF_BY_DEFAULT.includes(name))
  return {
    on: SOURCE_NAMES.filter(isOn),
    incoming: { bodies: incoming?.bodies ?? !isProduction, maxBodyBytes: incoming?.maxBodyBytes ?? 4096 },
    vitals: {
      everyMs: vitals?.everyMs ?? 1000,
      blockedMs: vitals?.blockedMs ?? 50,
      pauseMs: vitals?.pauseMs ?? 10,
    },
    outgoing: {
      bodies: outgoing?.bodies ?? !isProduction,
      maxBodyBytes: outgoing?.maxBodyBytes ?? 4096,
      // a list that can be cloned, whatever it is here
      traceparentTo: outgoing?.traceparentTo === undefined ? undefined : [...outgoing.traceparentTo],
    },
  }
}
