/** Masks values that text merely puts beside a sensitive name: `'Authorization', 'x'`, `wrong password "x"`, `name="pin" value="x"`. */

import type { NameRules } from './names.ts'
import { SENSITIVITY } from './names.ts'
import { MASK } from './shapes.ts'

/** Two quoted words of a list. */
const LISTED = /(["'`])([\w.-]{2,64})\1(\s{0,8},\s{0,8})(?:(")[^"\n]{0,4096}"|(')[^'\n]{0,4096}'|(`)[^`\n]{0,4096}`)/g
/** What is quoted, or holds a digit, behind a word of a sentence. */
const SPOKEN =
  /\b(pass(?:word|wd|phrase|code)|pwd|secret|token|api[ _-]?key|otp)( {1,4}(?:is {1,4})?)(?:(")[^"\n]{4,256}"|(')[^'\n]{4,256}'|(?=[^\s\d]{0,64}\d)[^\s'",;)]{6,})/gi
const TAG = /<[^<>]{1,4096}>/g
const TAG_NAME = /\b(?:name|key|id|type|property)\s{0,8}=\s{0,8}["']?([\w.:-]{2,64})/gi
const TAG_VALUE = /\b((?:value|content)\s{0,8}=\s{0,8})("[^"]*"|'[^']*'|[^\s>"']+)/gi

/** `text` with such values masked. O(length): every expression is bounded. */
export function maskPairs(text: string, rules: NameRules): string {
  const masked = text
    .replace(LISTED, (whole, quote: string, name: string, comma: string, double = '', single = '', back = '') => {
      if (rules.classify(name) !== SENSITIVITY.strict) return whole
      const by = String(double) + String(single) + String(back)
      return quote + name + quote + comma + by + MASK + by
    })
    .replace(SPOKEN, (_, name: string, gap: string, double = '', single = '') => {
      const quote = String(double) + String(single)
      return `${name}${gap}${quote}${MASK}${quote}`
    })
  return masked.includes('<') ? masked.replace(TAG, (tag) => maskTag(tag, rules)) : masked
}

/** Attributes of one element that are the name and the value of a field. */
function maskTag(tag: string, rules: NameRules): string {
  for (const [, name = ''] of tag.matchAll(TAG_NAME)) {
    if (rules.classify(name) !== SENSITIVITY.none) return tag.replace(TAG_VALUE, `$1"${MASK}"`)
  }
  return tag
}
