/** What a scope records of what Node and libraries tell of themselves. */

import type { OptionRule } from './option-rules.ts'
import type { SchemaOf } from './option-schema.ts'
import { aboutSource, OFF_BY_DEFAULT, type SourceName, sourceNames } from './source-names.ts'

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

const BODIES_TEXT = '`true`; `false` when NODE_ENV is `production`'
const BODY_BYTES = { is: 'integer', from: 0, to: 1_048_576, default: 4096 } as const

/** The rules of these options. */
export const SOURCE_SCHEMA: SchemaOf<SourceOptions> = {
  sources: {
    is: 'either',
    about:
      "What Node and libraries tell of themselves: all (`true`), nothing (`false`), or by name, `{ console: false, 'http.server': true }`.",
    defaultText: 'all but servers',
    perThread: true,
    rules: [{ is: 'boolean' }, { is: 'object', rules: switches() }],
  },
  incoming: {
    is: 'object',
    about: 'What is recorded of requests that no adapter records.',
    perThread: true,
    rules: {
      bodies: {
        is: 'boolean',
        about: 'Whether bodies are recorded of requests that no adapter records, and of their answers.',
        default: true,
        defaultText: BODIES_TEXT,
      },
      maxBodyBytes: { ...BODY_BYTES, about: 'Bytes kept of one of these bodies.' },
    },
  },
  vitals: {
    is: 'object',
    about: 'How the event loop, the collector and memory are watched.',
    perThread: true,
    rules: {
      everyMs: {
        is: 'integer',
        from: 100,
        to: 3_600_000,
        about: 'Milliseconds between two samples while films are recorded; 30 times as long while none is.',
        default: 1000,
      },
      blockedMs: {
        is: 'integer',
        from: 10,
        to: 60_000,
        about: 'The delay in milliseconds from which on the event loop counts as blocked.',
        default: 50,
      },
      pauseMs: {
        is: 'integer',
        from: 1,
        to: 60_000,
        about: 'The length in milliseconds from which on a pause of the collector is told by itself.',
        default: 10,
      },
    },
  },
  outgoing: {
    is: 'object',
    about: 'What is recorded of outgoing requests, and sent with them.',
    perThread: true,
    rules: {
      bodies: {
        is: 'boolean',
        about: 'Whether bodies are recorded of the answers to outgoing requests.',
        default: true,
        defaultText: BODIES_TEXT,
      },
      maxBodyBytes: { ...BODY_BYTES, about: 'Bytes kept of one of these bodies.' },
      traceparentTo: {
        is: 'listOf',
        item: 'string',
        about:
          'Hosts whose requests carry a W3C `traceparent`: `api.example.org`, or `*.example.org` for those below it; an empty list stands for none.',
        defaultText: 'all hosts',
      },
    },
  },
}

function switches(): SchemaOf<Readonly<Record<SourceName, boolean>>> {
  const rule = (name: SourceName): OptionRule => ({
    is: 'boolean',
    about: aboutSource(name),
    default: !OFF_BY_DEFAULT.includes(name),
  })
  // each name has its rule, with a default
  return Object.fromEntries(sourceNames().map((name) => [name, rule(name)])) as ReturnType<typeof switches>
}

/** Options with nothing left out: the defaults are in them. */
export interface AllSourceOptions extends SourceOptions {
  readonly sources: NonNullable<SourceOptions['sources']>
  readonly incoming: Bodies
  readonly outgoing: Bodies & Pick<OutgoingOptions, 'traceparentTo'>
  readonly vitals: Required<VitalsOptions>
}

/** Options as what is recorded needs them. */
export function sourceSettings({ sources, incoming, outgoing, vitals }: AllSourceOptions): SourceSettings {
  const isOn = (name: SourceName): boolean => (typeof sources === 'boolean' ? sources : sources[name] === true)
  const { traceparentTo } = outgoing
  return {
    on: sourceNames().filter(isOn),
    incoming,
    vitals,
    // a list that can be cloned, whatever it is here
    outgoing: { ...outgoing, traceparentTo: traceparentTo === undefined ? undefined : [...traceparentTo] },
  }
}

/** The options that settle to these settings. */
export function sourceOptions({ on, outgoing, incoming, vitals }: SourceSettings): AllSourceOptions {
  const { traceparentTo, ...bodies } = outgoing
  return {
    sources: Object.fromEntries(sourceNames().map((name) => [name, on.includes(name)])),
    incoming,
    vitals,
    outgoing: traceparentTo === undefined ? bodies : { ...bodies, traceparentTo },
  }
}
