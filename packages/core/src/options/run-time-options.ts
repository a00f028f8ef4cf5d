/** The options that change while a program runs: their types. The marks in the table of options are held equal by the compiler. */

import type { BudgetOptions } from './budget-settings.ts'
import type { KeepOptions } from './keep-settings.ts'
import type { ScopeOptions, ScopeSettings } from './scope-options.ts'

/**
 * What `scope.set()` takes, and `cinescope ctl set`: numbers all. What is left out stays as it is; null takes a limit away that
 * there is none of by default. What is hidden (`redaction`) is not among them: nobody who reaches a process may make it show more.
 */
export interface RunTimeOptions
  extends Pick<ScopeOptions, 'sample' | 'values' | 'maxBytes'>, OrNull<Pick<ScopeOptions, 'maxAgeMs' | 'maxEvents'>> {
  readonly keep?: Pick<KeepOptions, 'slowMs' | 'slowQuantile' | 'reservoir' | 'afterSeconds'>
  readonly budget?: OrNull<BudgetOptions>
}

type OrNull<T> = { readonly [K in keyof T]: T[K] | null }

/** The same as they are now. */
export type RunTimeSettings = {
  readonly [K in keyof RunTimeOptions]-?: NonNullable<RunTimeOptions[K]> extends number
    ? ScopeSettings[K]
    : Pick<ScopeSettings[K], keyof NonNullable<RunTimeOptions[K]> & keyof ScopeSettings[K]>
}

/** The settings in which these are, and others beside them. */
export type LiveOptions = Pick<ScopeSettings, keyof RunTimeOptions>
