/** A table of rules that is complete: it has each key of an interface of options, and all that is told of it. */

import type { OptionRule, OptionRules } from './option-rules.ts'

type Plain =
  | boolean
  | number
  | string
  | readonly string[]
  | readonly RegExp[]
  | ((...given: readonly never[]) => unknown)

/** What is told of an option that holds a value: at the least one sentence and a default. */
type Told<T> = { readonly about: string } & (
  | { readonly default: T; readonly defaultText?: string }
  | { readonly default?: T; readonly defaultText: string }
)

/** Marked if it is among the options that change at run time, and only then. */
type Marked<C> = [C] extends [never] ? { readonly atRunTime?: never } : { readonly atRunTime: true }

type SettingOf<T, C> = [T] extends [Plain]
  ? OptionRule & Told<T> & Marked<C>
  : [boolean] extends [T]
    ? Switches<Exclude<T, boolean>>
    : Group<T, C>

/** Options below one name. */
interface Group<T, C> {
  readonly is: 'object'
  readonly about: string
  readonly perThread?: boolean
  readonly rules: SchemaOf<T, C>
}

/** Options below one name that can be turned on and off together. */
type Switches<T> = Told<boolean> & {
  readonly is: 'either'
  readonly perThread?: boolean
  readonly rules: readonly [{ readonly is: 'boolean' }, { readonly is: 'object'; readonly rules: SchemaOf<T> }]
}

/** The rules of the options `T`, of which those that `C` has too change at run time. */
export type SchemaOf<T, C = never> = { readonly [K in keyof T]-?: SettingOf<NonNullable<T[K]>, MemberOf<C, K>> }

type MemberOf<C, K extends PropertyKey> = [C] extends [never] ? never : K extends keyof C ? NonNullable<C[K]> : never

/** One option that holds a value, by the way that leads to it: `['ring', 'records']`. */
export interface Leaf {
  readonly path: readonly string[]
  readonly rule: OptionRule
}

/** Every option that holds a value, in the order of the table. One that turns others on and off comes before them. */
export function leavesOf(rules: OptionRules, above: readonly string[] = []): readonly Leaf[] {
  return Object.entries(rules).flatMap(([name, rule]) => {
    const path = [...above, name]
    const below = rulesBelow(rule)
    const own = rule.is === 'object' ? [] : [{ path, rule }]
    return below === undefined ? own : [...own, ...leavesOf(below, path)]
  })
}

/** The rules of what is inside an option, if it may be an object. */
export function rulesBelow(rule: OptionRule): OptionRules | undefined {
  if (rule.is === 'object') return rule.rules
  if (rule.is !== 'either') return undefined
  return rule.rules.map(rulesBelow).find((rules) => rules !== undefined)
}

/** True for an option that changes at run time: a number. */
export function changesAtRunTime(rule: OptionRule): boolean {
  return (rule.is === 'integer' || rule.is === 'number') && rule.atRunTime === true
}

/** What options say at a path; undefined where they say nothing. */
export function saidAt(options: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, name) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, name)
        ? (inner as Readonly<Record<string, unknown>>)[name]
        : undefined,
    options,
  )
}

/** The options that hold where nothing is said: the defaults that are values. */
export function defaultsOf(rules: OptionRules): Readonly<Record<string, unknown>> {
  const known = Object.entries(rules).flatMap(([name, rule]) => {
    const below = rulesBelow(rule)
    const value = below === undefined ? rule.default : defaultsOf(below)
    return value === undefined ? [] : [[name, value] as const]
  })
  return Object.fromEntries(known)
}
