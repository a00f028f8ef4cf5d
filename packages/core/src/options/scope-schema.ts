/** The options of a scope as a table: rules, defaults and docs. What reads, merges and lists options is made from it. */

import { MAX_VALUE_BYTES } from '@cinescope/protocol'
import { BUDGET_RULES } from './budget-settings.ts'
import type { SchemaOf } from './option-schema.ts'
import type { RunTimeOptions } from './run-time-options.ts'
import { printFault, type ScopeOptions } from './scope-options.ts'
import { SOURCE_SCHEMA } from './source-settings.ts'

type GroupSchema<K extends 'ring' | 'values' | 'redaction' | 'keep'> = SchemaOf<ScopeOptions, RunTimeOptions>[K]

const RING: GroupSchema<'ring'> = {
  is: 'object',
  about: 'The shared memory between the program and the writer.',
  rules: {
    strategy: {
      is: 'oneOf',
      values: ['drop', 'overwrite', 'grow'],
      about:
        'What becomes of events when the writer cannot follow: the newest go (`drop`), the oldest go (`overwrite`), or memory is added up to `ring.maxBytes` and the newest go beyond (`grow`); a program that ends with a grown ring waits for the writer as long as it makes progress, at most 5 s.',
      default: 'drop',
    },
    records: {
      is: 'integer',
      from: 64,
      to: 4_194_304,
      powerOfTwo: true,
      about: 'Records in the ring, 64 bytes each.',
      default: 32_768,
    },
    arenaBytes: {
      is: 'integer',
      from: 131_072,
      to: 1_073_741_824,
      powerOfTwo: true,
      about: 'Bytes for values under way.',
      default: 4_194_304,
    },
    maxBytes: {
      is: 'integer',
      from: 1,
      to: 2 ** 40,
      about: "Most bytes of a thread's ring, with `grow` only; `scope.status().ringBytes` is what it has now.",
      defaultText: '67,108,864',
    },
  },
}

const VALUES: GroupSchema<'values'> = {
  is: 'object',
  about: 'Limits of one captured value.',
  perThread: true,
  rules: {
    maxDepth: { is: 'integer', from: 1, to: 32, about: 'Levels of one value.', default: 6, atRunTime: true },
    maxWidth: {
      is: 'integer',
      from: 1,
      to: 10_000,
      about: 'Keys or items of one object.',
      default: 50,
      atRunTime: true,
    },
    maxStringLength: {
      is: 'integer',
      from: 1,
      to: MAX_VALUE_BYTES,
      about: 'Characters of one string.',
      default: 1024,
      atRunTime: true,
    },
    maxBytes: {
      is: 'integer',
      from: 64,
      to: MAX_VALUE_BYTES,
      about: 'Bytes of one encoded value.',
      default: 8192,
      atRunTime: true,
    },
  },
}

const REDACTION: GroupSchema<'redaction'> = {
  is: 'object',
  about: 'What is hidden beside what always is.',
  perThread: true,
  rules: {
    names: {
      is: 'listOf',
      item: 'string',
      about: 'Names whose values are secret, beside the built-in ones.',
      defaultText: 'none',
    },
    allow: { is: 'listOf', item: 'string', about: 'Names taken off the built-in list.', defaultText: 'none' },
    paths: {
      is: 'listOf',
      item: 'string',
      about: 'Paths whose values are secret: `body.user.ssn`, with `*` for one segment.',
      defaultText: 'none',
    },
    shapes: {
      is: 'listOf',
      item: 'RegExp',
      about:
        'Regular expressions of secret strings; they run on the thread of your program over strings that a client may choose, so they must be linear: no nested or overlapping repetition such as `(a+)+`.',
      defaultText: 'none',
      notIn: ['environment'],
    },
    text: {
      is: 'oneOf',
      values: ['type-and-length', 'keep'],
      about: 'What becomes of text in no known format: its type and length are told, or it is stored (`keep`).',
      default: 'type-and-length',
    },
  },
}

const KEEP: GroupSchema<'keep'> = {
  is: 'object',
  about: 'Which films are kept.',
  rules: {
    policy: {
      is: 'oneOf',
      values: ['all', 'tail', 'window'],
      about:
        'All films (`all`); those that failed, were slow or were marked, and some of each route, decided as they end (`tail`); or what happened lately, when a film fails or is slow, at a signal and at `scope.keep()` (`window`). States of entities are always kept.',
      default: 'all',
    },
    slowMs: {
      is: 'integer',
      from: 1,
      to: 2 ** 31,
      about: 'Milliseconds after which a film is slow.',
      default: 1000,
      atRunTime: true,
    },
    slowQuantile: {
      is: 'number',
      from: 0.5,
      to: 1,
      about:
        'Under `tail`, a film slower than this part of the films of its route of late, where 100 are known, is slow; 1 turns it off.',
      default: 0.99,
      atRunTime: true,
    },
    reservoir: {
      is: 'integer',
      from: 0,
      to: 1_000_000,
      about: 'Ordinary films of each route that `tail` keeps in each minute, so that rare routes are there whole.',
      default: 1,
      atRunTime: true,
    },
    afterSeconds: {
      is: 'integer',
      from: 0,
      to: 86_400,
      about: 'Seconds for which `window` keeps everything after what it was kept for.',
      default: 10,
      atRunTime: true,
    },
    signal: {
      is: 'oneOf',
      values: ['SIGUSR2'],
      about: 'Signal at which `window` keeps that of the main thread.',
      defaultText: 'none',
    },
    maxBytes: {
      is: 'integer',
      from: 131_072,
      to: 1_073_741_824,
      about:
        'Bytes that are held for each thread: the film that is open longest is decided early beyond (`tail`), or the oldest goes (`window`).',
      default: 16_777_216,
    },
    maxEvents: {
      is: 'integer',
      from: 1,
      to: 1_000_000,
      about: 'Events after which `tail` decides a film early.',
      default: 10_000,
    },
    maxSeconds: {
      is: 'integer',
      from: 1,
      to: 86_400,
      about: 'Seconds after which `tail` decides a film early, and for which `window` holds what happened.',
      default: 60,
    },
  },
}

/** The table. Its order is that of the documentation. */
export const SCOPE_SCHEMA: SchemaOf<ScopeOptions, RunTimeOptions> = {
  enabled: {
    is: 'boolean',
    about: 'Whether anything is recorded; `CINESCOPE_DISABLED=1` beats it.',
    default: true,
    perThread: true,
  },
  preset: {
    is: 'oneOf',
    values: ['development', 'production'],
    about: 'Defaults for one purpose; what is said elsewhere beats them.',
    defaultText: 'none',
  },
  sample: {
    is: 'number',
    from: 0,
    to: 1,
    about:
      'Part of the films that is recorded, decided as each begins; below 1, a `traceparent` that comes in decides instead. Routes are counted whole; states of entities are always recorded.',
    default: 1,
    perThread: true,
    atRunTime: true,
  },
  config: {
    is: 'either',
    rules: [{ is: 'boolean' }, { is: 'string' }],
    about: 'The file with more options: a path, `false` for none, `true` for the one of the working directory.',
    default: true,
    notIn: ['file'],
  },
  directory: {
    is: 'string',
    about: 'Where recordings go, one file for each start of a process.',
    default: '.cinescope',
  },
  service: { is: 'string', about: 'Name of the service in the recording.', defaultText: "name of the program's file" },
  store: {
    is: 'oneOf',
    values: ['sqlite', 'memory'],
    about: 'A file (`sqlite`), or the memory of the writer thread.',
    default: 'sqlite',
  },
  maxBytes: {
    is: 'integer',
    from: 1_048_576,
    to: 2 ** 44,
    about: 'Bytes of a recording, its log included; the oldest segments go beyond.',
    default: 536_870_912,
    atRunTime: true,
  },
  maxAgeMs: {
    is: 'integer',
    from: 1000,
    to: 31_536_000_000,
    about:
      "Age in ms from which events go, up to an eighth later; by the process's own clock, for which no time passes while the machine sleeps.",
    defaultText: 'none',
    atRunTime: true,
  },
  maxEvents: {
    is: 'integer',
    from: 1000,
    to: 2 ** 44,
    about: 'Stored events of a recording; the oldest segments go beyond.',
    defaultText: 'none',
    atRunTime: true,
  },
  ring: RING,
  values: VALUES,
  redaction: REDACTION,
  keep: KEEP,
  budget: { is: 'object', about: 'What recording may cost.', rules: BUDGET_RULES },
  ...SOURCE_SCHEMA,
  control: {
    is: 'boolean',
    about:
      'Whether `cinescope ctl` can reach the process: by a Unix socket of mode 0600 in a directory of mode 0700 below that for temporary files, or by a named pipe on Windows. None for a recording in memory.',
    default: true,
  },
  handleSignals: {
    is: 'boolean',
    about: 'Whether SIGINT, SIGTERM and SIGHUP drain the recording while the host has no handler of its own.',
    default: true,
  },
  onInternalError: {
    is: 'function',
    about: 'Told of each kind of fault of ours once.',
    default: printFault,
    defaultText: 'a line on stderr',
    notIn: ['environment'],
    perThread: true,
  },
}
