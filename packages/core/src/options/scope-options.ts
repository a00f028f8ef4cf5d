/** Options of a scope, and the settings that they come to. */

import { basename } from 'node:path'
import type { CinescopeError } from '@cinescope/protocol'
import type { BudgetOptions } from './budget-settings.ts'
import { type RingSettings, settleRing } from './ring-settings.ts'
import type { KeepOptions, KeepSettings } from './keep-settings.ts'
import { type AllSourceOptions, type SourceOptions, type SourceSettings, sourceSettings } from './source-settings.ts'

/** Where a program runs. */
export type Preset = 'development' | 'production'

/** What a user may say to `createScope`. */
export interface ScopeOptions extends SourceOptions {
  /** Defaults for one purpose; what is said elsewhere beats them. Unless it is named, NODE_ENV=`production` turns bodies off. */
  readonly preset?: Preset
  /**
   * The file with more options: its path; false for none; true (default): `cinescope.config.{js,mjs,cjs,ts,json}` of the working
   * directory, if there is one. It cannot name another file.
   */
  readonly config?: string | boolean
  /** False: nothing is recorded and every probe is one branch. Default true; `CINESCOPE_DISABLED=1` beats it. */
  readonly enabled?: boolean
  /**
   * Part of the films that is recorded, 0 to 1, decided as each begins. Default 1: all, whatever a peer says. Below it the flag of
   * a `traceparent` that comes in decides for its film, so that all services record the same ones. What is sent on carries the
   * decision. Figures of routes count all films; states of entities are always recorded.
   */
  readonly sample?: number
  /** Where recordings go. Default `.cinescope` in the working directory. */
  readonly directory?: string
  /** Name of the service in the recording. Default: the program's file name. */
  readonly service?: string
  /** `sqlite` (default) writes a file; `memory` keeps everything in the writer thread. */
  readonly store?: 'sqlite' | 'memory'
  /** Bytes of a recording, its log included; the oldest segments go beyond. Default 512 MiB. */
  readonly maxBytes?: number
  /** Age in ms from which events go, by the process's own clock; no limit unless given. */
  readonly maxAgeMs?: number
  /** Stored events of a recording; the oldest segments go beyond. No limit unless given. */
  readonly maxEvents?: number
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
  /** Which films are kept. Default all. */
  readonly keep?: KeepOptions
  /**
   * What recording may cost. Beyond it values are left out, then leaf spans, at the sites that cost most, then whole films, until
   * it is within; they come back when there is room. Errors, states and what `scope.record()` asks for are always recorded.
   */
  readonly budget?: BudgetOptions
  /**
   * Whether `cinescope ctl` can reach the process: by a socket of mode 0600 below the directory for temporary files. Default true;
   * none for a recording in memory.
   */
  readonly control?: boolean
  /** Drain the recording on SIGINT, SIGTERM and SIGHUP where the host has no handler of its own. Default true. */
  readonly handleSignals?: boolean
  /** Told of each kind of fault of ours once. Default: one line on stderr. */
  readonly onInternalError?: (error: CinescopeError) => void
}

/** Options with every default filled in. */
export interface ScopeSettings {
  /** The one that was named. */
  readonly preset: Preset | undefined
  readonly enabled: boolean
  readonly sample: number
  readonly directory: string
  readonly service: string
  readonly store: 'sqlite' | 'memory'
  readonly maxBytes: number
  readonly maxAgeMs: number | undefined
  readonly maxEvents: number | undefined
  readonly ring: RingSettings
  readonly values: {
    readonly maxDepth: number
    readonly maxWidth: number
    readonly maxStringLength: number
    readonly maxBytes: number
  }
  readonly redaction: NonNullable<ScopeOptions['redaction']>
  readonly keep: KeepSettings
  readonly budget: BudgetOptions
  readonly sources: SourceSettings
  readonly control: boolean
  readonly handleSignals: boolean
  readonly onInternalError: (error: CinescopeError) => void
}

/** Options with nothing left out: the defaults are in them. */
export type AllScopeOptions = AllSourceOptions &
  Omit<ScopeSettings, 'preset' | 'service' | 'sources' | 'ring' | 'maxAgeMs' | 'maxEvents'> &
  Pick<ScopeOptions, 'preset' | 'service' | 'maxAgeMs' | 'maxEvents'> & {
    readonly ring: Omit<RingSettings, 'maxBytes'> & Partial<Pick<RingSettings, 'maxBytes'>>
  }

/** Options as the scope needs them. `program` is the path of the program's main file. */
export function scopeSettings(options: AllScopeOptions, program: string | undefined): ScopeSettings {
  return {
    preset: options.preset,
    enabled: options.enabled,
    sample: options.sample,
    directory: options.directory,
    service: options.service ?? (program === undefined ? 'node' : basename(program)),
    store: options.store,
    maxBytes: options.maxBytes,
    maxAgeMs: options.maxAgeMs,
    maxEvents: options.maxEvents,
    ring: settleRing(options.ring),
    values: options.values,
    redaction: copyOf(options.redaction),
    keep: options.keep,
    budget: options.budget,
    sources: sourceSettings(options),
    control: options.control,
    handleSignals: options.handleSignals,
    onInternalError: options.onInternalError,
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

/** One line on stderr. */
export function printFault(error: CinescopeError): void {
  process.stderr.write(`cinescope: ${error.code}: ${error.message}\n`)
}
