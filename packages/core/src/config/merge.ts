/** Options of several layers as one: the later wins, key by key, also inside objects; lists are replaced. */

import { type OptionRule, type OptionRules } from '../options/option-rules.ts'
import { rulesBelow } from '../options/option-schema.ts'

type Options = Readonly<Record<string, unknown>>

/** Merges layers that have been checked against the rules, the weakest first. Undefined says nothing. */
export function mergeOptions(rules: OptionRules, layers: readonly (object | undefined)[]): Options {
  return layers.reduce<Options>((lower, upper) => over(rules, lower, upper ?? {}), {})
}

function over(rules: OptionRules, lower: Options, upper: object): Options {
  const said = Object.entries(upper).filter(([, value]) => value !== undefined)
  const merged = said.map(([name, value]) => [name, mergeValue(rules[name], lower[name], value)] as const)
  return { ...lower, ...Object.fromEntries(merged) }
}

/** Options that were turned on or off together stay so, but for those that the upper layer names. */
function mergeValue(rule: OptionRule | undefined, lower: unknown, upper: unknown): unknown {
  const rules = rule === undefined ? undefined : rulesBelow(rule)
  if (rules === undefined || typeof upper !== 'object' || upper === null) return upper
  if (typeof lower === 'object' && lower !== null) return over(rules, { ...lower }, upper)
  const all = Object.keys(rules).map((name) => [name, lower] as const)
  return over(rules, lower === undefined ? {} : Object.fromEntries(all), upper)
}
