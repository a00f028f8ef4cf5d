/** Reading what is to change at run time: which options can, and whether their values are allowed. */

import { CinescopeError } from '@cinescope/protocol'
import { checkOption, checkOptions, type OptionRule, type OptionRules } from './option-rules.ts'
import { changesAtRunTime, type Leaf, leavesOf, saidAt } from './option-schema.ts'
import { optionFromText } from './option-text.ts'
import { SCOPE_SCHEMA } from './scope-schema.ts'

/** An option that is to change: its place in the list below, and the number that it is to have; undefined for no limit. */
export interface Wanted {
  readonly option: number
  readonly value: number | undefined
}

/** The options that change at run time, in the order of the table. */
export const CHANGEABLE: readonly Leaf[] = leavesOf(SCOPE_SCHEMA).filter(({ rule }) => changesAtRunTime(rule))

const KEYS: readonly string[] = CHANGEABLE.map(({ path }) => path.join('.'))
/** The table of options as it is here. */
const RULES: OptionRules = rulesHere(SCOPE_SCHEMA)

/** What code wants to change. `where` begins the names in messages. @throws CSC_ERR_OPTION */
export function wantedInCode(options: unknown, where: string): readonly Wanted[] {
  checkOptions(options, RULES, where)
  const isFixed = ({ rule, path }: Leaf): boolean => !changesAtRunTime(rule) && saidAt(options, path) !== undefined
  const fixed = leavesOf(SCOPE_SCHEMA).find(isFixed)
  if (fixed !== undefined) throw cannotChange(`${where}.${fixed.path.join('.')}`)
  return CHANGEABLE.flatMap(({ path, rule }, option) => {
    const value = saidAt(options, path)
    if (value === undefined) return []
    // once more: what is read here is what holds
    return [{ option, value: checked(`${where}.${path.join('.')}`, value, rule) }]
  })
}

/** What a command line wants to change: texts as variables have them, or numbers, by the names of options. @throws CSC_ERR_OPTION */
export function wantedInText(said: Readonly<Record<string, unknown>>): readonly Wanted[] {
  return Object.entries(said).map(([key, text]) => {
    const option = KEYS.indexOf(key)
    const leaf = CHANGEABLE[option]
    if (leaf === undefined) throw cannotChange(`'${key.slice(0, 60)}'`)
    const value = typeof text === 'string' ? optionFromText(ruleHere(leaf.rule), text) : text
    return { option, value: checked(key, value, leaf.rule) }
  })
}

function checked(name: string, value: unknown, rule: OptionRule): number | undefined {
  checkOption(name, value, ruleHere(rule))
  // the check lets through nothing but numbers, and null
  return value === null ? undefined : (value as number)
}

/** What changes, and is no limit by default, can be taken away by null. */
function ruleHere(rule: OptionRule): OptionRule {
  if (rule.is === 'object') return { ...rule, rules: rulesHere(rule.rules) }
  const isLimit = changesAtRunTime(rule) && rule.default === undefined
  return isLimit ? { is: 'either', rules: [rule, { is: 'null' }] } : rule
}

function rulesHere(rules: OptionRules): OptionRules {
  return Object.fromEntries(Object.entries(rules).map(([name, rule]) => [name, ruleHere(rule)]))
}

function cannotChange(what: string): CinescopeError {
  return new CinescopeError('CSC_ERR_OPTION', `${what} cannot change at run time; what can: ${KEYS.join(', ')}`)
}
