/** Options in one line of text: of an environment variable, or of a command line. */

import type { OptionRule } from './option-rules.ts'

/** The value that a text stands for. What cannot be read stays text, and the check refuses it. */
export function optionFromText(rule: OptionRule, text: string): unknown {
  switch (rule.is) {
    case 'boolean':
      return text === 'true' || text === '1' ? true : text === 'false' || text === '0' ? false : text
    case 'integer':
      return /^\d{1,16}$/.test(text) ? Number(text) : text
    case 'number':
      return /^\d{1,16}(\.\d{1,16})?$/.test(text) ? Number(text) : text
    case 'listOf':
      return text
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== '')
    case 'null':
      return text === '' || text === 'none' ? null : text
    case 'either': {
      const value = rule.rules.map((each) => optionFromText(each, text)).find((each) => each !== text)
      return value === undefined ? text : value
    }
    default:
      return text
  }
}
