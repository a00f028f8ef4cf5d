/** What recording may cost. */

import type { SchemaOf } from './option-schema.ts'

/** What a user may say; what is not said has no limit. */
export interface BudgetOptions {
  /** CPU of all that records, the writer thread included, in percent of one core. */
  readonly cpuPercent?: number
  /** Bytes that are written to the recording in a second. */
  readonly bytesPerSecond?: number
}

/** Its part of the table of options; all of it changes at run time. */
export const BUDGET_RULES: SchemaOf<BudgetOptions, BudgetOptions> = {
  cpuPercent: {
    is: 'number',
    from: 0.1,
    to: 10_000,
    about:
      'CPU of all that records, the writer thread included, in percent of one core. Beyond it values are left out, then leaf spans, at the sites that cost most, then whole films, those that fail too; one film in 16 of those that are recorded stays whole. States, roots of recorded films and one film in 1,024 are recorded whatever they cost. It takes 10 to 15 s to settle. What was left out comes back when there is room.',
    defaultText: 'no limit',
    atRunTime: true,
  },
  bytesPerSecond: {
    is: 'integer',
    from: 1000,
    to: 2 ** 40,
    about: 'Bytes that are written to the recording in a second; what is beyond is left out in the same way.',
    defaultText: 'no limit',
    atRunTime: true,
  },
}
