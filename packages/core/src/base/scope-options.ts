/** Options of a scope, their rules and defaults. */

import { basename } from 'node:path'
import { type CinescopeError, MAX_VALUE_BYTES } from '@cinescope/protocol'
import { checkOptions, type OptionRules } from './option-rules.ts'
import { type RingSettings, settleRing } from './ring-settings.ts'
import { settleSources, SOURCE_RULES, type SourceOptions, type SourceSettings } from './source-settings.ts'

/** What a user may say to `createScope`. */
export interface ScopeOptions extends SourceOptions {
  /** False: nothing is recorded and every probe is one branch. Default true; `CINESCOPE_DISABLED=1` beats it. */
  readonly enabled?: boolean
  /** Where recordings go. Default `.cinescope` in the working directory. */
  readonly directory?: string
  /** Name of the service in the recording. Default: the program's file name. */
  readonly service?: string
  /** `sqlite` (default) writes a file; `memory` keeps everything in the writer thread. */
  readonly store?: 'sqlite' | 'memory'
  /** Bytes of a recording; the oldest segments go beyond. Default 512 MiB. */
  readonly maxBytes?: number
  readonly ring?: {
    /**
     * `drop` (default): when the writer cannot follow, the newest events go. `overwrite`: the oldest go. `grow`: memory is added
     * up to `ring.maxBytes`, then the newest go; it is left to the garbage collector 5 to 10 s after it was last needed.
     */
    readonly strategy?: 'drop' | 'overwrite' | 'grow'
    /** Records in the ring, 64 bytes each. Default 32,768. */
    readonly records?: number
    /** Bytes for values under way. Default 4 MiB. */
    readonly arenaBytes?: number
    /** Under `grow`: bytes of a thread's ring with all that is added; twice the ring at least. Default 64 MiB. */
    readonly maxBytes?: number
  }
  /** Limits of one captured value. */
  readonly values?: {
    /** Default 6. */
    readonly maxDepth?: number
    /** Keys or items of one object. Default 50. */
    readonly maxWidth?: number
    /** Characters of one string. Default 1,024. */
    readonly maxStringLength?: number
    /** Bytes of one encoded value. Default 8,192. */
    readonly maxBytes?: number
  }
  readonly redaction?: {
    /** Names whose values are secret, beside the built-in ones. */
    readonly names?: readonly string[]
    /** Names taken off the built-in list. */
    readonly allow?: readonly string[]
    /** Paths whose values are secret: `body.user.ssn`, `*` for one segment. */
    readonly paths?: readonly string[]
    /** Shapes of secret strings. */
    readonly shapes?: readonly RegExp[]
    /** What becomes of text that no tokenizer understands: `type-and-length` (default) or `keep`. */
    readonly text?: 'type-and-length' | 'keep'
  }
  /** Drain the recording on SIGINT, SIGTERM and SIGHUP where the host has no handler of its own. Default true. */
  readonly handleSignals?: boolean
  /** Told of each kind of fault of ours once. Default: one line on stderr. */
  readonly onInternalError?: (error: CinescopeError) => void
}

/** Options with every default filled in. */
export interface ScopeSettings {
  readonly enabled: boolean
  readonly directory: string
  readonly service: string
  readonly store: 'sqlite' | 'memory'
  readonly maxBytes: number
  readonly ring: RingSettings
  readonly values: {
    readonly maxDepth: number
    readonly maxWidth: number
    readonly maxStringLength: number
    readonly maxBytes: number
  }
  readonly redaction: NonNullable<ScopeOptions['redaction']>
  readonly sources: SourceSettings
  readonly handleSignals: boolean
  readonly onInternalError: (error: CinescopeError) => void
}

const RULES: OptionRules = {
  enabled: { is: 'boolean' },
  directory: { is: 'string' },
  service: { is: 'string' },
  store: { is: 'oneOf', values: ['sqlite', 'memory'] },
  maxBytes: { is: 'integer', from: 1_048_576, to: 2 ** 44 },
  ring: {
    is: 'object',
    rules: {
      strategy: { is: 'oneOf', values: ['drop', 'overwrite', 'grow'] },
      records: { is: 'integer', from: 64, to: 4_194_304, powerOfTwo: true },
      arenaBytes: { is: 'integer', from: 131_072, to: 1_073_741_824, powerOfTwo: true },
      maxBytes: { is: 'integer', from: 1, to: 2 ** 40 },
    },
  },
  values: {
    is: 'object',
    rules: {
      maxDepth: { is: 'integer', from: 1, to: 32 },
      maxWidth: { is: 'integer', from: 1, to: 10_000 },
      maxStringLength: { is: 'integer', from: 1, to: MAX_VALUE_BYTES },
      maxBytes: { is: 'integer', from: 64, to: MAX_VALUE_BYTES },
    },
  },
  redaction: {
    is: 'object',
    rules: {
      names: { is: 'listOf', item: 'string' },
      allow: { is: 'listOf', item: 'string' },
      paths: { is: 'listOf', item: 'string' },
      shapes: { is: 'listOf', item: 'RegExp' },
      text: { is: 'oneOf', values: ['type-and-length', 'keep'] },
    },
  },
  ...SOURCE_RULES,
  handleSignals: { is: 'boolean' },
  onInternalError: { is: 'function' },
}

/** Checks options and fills in defaults. `environment` and `program` are the process's own. @throws CSC_ERR_OPTION */
export function settleOptions(
  options: ScopeOptions | undefined,
  environment: Readonly<Record<string, string | undefined>>,
  program: string | undefined,
): ScopeSettings {
  checkOptions(options, RULES, 'createScope')
  const given = options ?? {}
  return {
    enabled: environment['CINESCOPE_DISABLED'] !== '1' && (given.enabled ?? true),
    directory: given.directory ?? '.cinescope',
    service: given.service ?? (program === undefined ? 'node' : basename(program)),
    store: given.store ?? 'sqlite',
    maxBytes: given.maxBytes ?? 536_870_912,
    ring: settleRing(given.ring),
    values: withDefaults({ maxDepth: 6, maxWidth: 50, maxStringLength: 1024, maxBytes: 8192 }, given.values),
    redaction: copyOf(given.redaction ?? {}),
    sources: settleSources(given, environment['NODE_ENV'] === 'production'),
    handleSignals: given.handleSignals ?? true,
    onInternalError: given.onInternalError ?? printFault,
  }
}

/**
 * Plain objects and lists: threads that the program starts are given them, and what cannot be cloned (a proxy of a library for
 * configuration, a list that carries functions) would keep them from starting.
 */
function copyOf({ names, allow, paths, shapes, text }: ScopeSettings['redaction']): ScopeSettings['redaction'] {
  return {
    ...(names === undefined ? {} : { names: [...names] }),
    ...(allow === undefined ? {} : { allow: [...allow] }),
    ...(paths === undefined ? {} : { paths: [...paths] }),
    ...(shapes === undefined ? {} : { shapes: [...shapes] }),
    ...(text === undefined ? {} : { text }),
  }
}

/** Undefined stands for the default, also where a key is present. */
function withDefaults<T extends object>(defaults: T, given: Partial<T> | undefined): T {
  const present = Object.entries(given ?? {}).filter(([, value]) => value !== undefined)
  return { ...defaults, ...Object.fromEntries(present) }
}

function printFault(error: CinescopeError): void {
  process.stderr.write(`cinescope: ${error.code}: ${error.message}\n`)
}
