/** SQL without its literals: strings, comments and long numbers in it may be anything. Where dialects differ, more is hidden. */

const STRING = `'(?:[^'\\\\]|''|\\\\[^])*(?:'|$)`
const QUOTED = `"(?:[^"\\\\]|""|\\\\[^])*(?:"|$)`
const LETTER = `A-Za-z_\\u0080-\\uffff`
const DOLLARS = `\\$([${LETTER}][\\w\\u0080-\\uffff]*)?\\$[^]*?(?:\\$\\1\\$|$)`
/** `#>` and `#-` are operators of PostgreSQL. */
const COMMENT = `--[^\\n]*|#(?![>#-])[^\\n]*|/\\*[^]*?(?:\\*/|$)`
const NAME = `[${LETTER}][\\w$\\u0080-\\uffff]*`
/** Numbers of fewer digits are limits, years and small ids; in base 16 they may be text. */
const LONG_NUMBER = `0[xX][0-9A-Fa-f]+|\\d[\\d.]{5,}`
const TOKENS = new RegExp(`${COMMENT}|${STRING}|${QUOTED}|${DOLLARS}|${NAME}|${LONG_NUMBER}`, 'g')

/** Behind these words come values, up to a word of the others. */
const VALUES: ReadonlySet<string> = new Set(['VALUES', 'VALUE', 'IN', 'LIKE', 'ILIKE', 'REGEXP', 'RLIKE', 'BETWEEN'])
const CLAUSES: ReadonlySet<string> = new Set(
  'SELECT FROM WHERE ON RETURNING SET JOIN OR ORDER GROUP HAVING LIMIT UNION INSERT UPDATE DELETE'.split(' '),
)
const LONGEST_WORD = 9

/** Text beyond this is neither looked through nor kept. */
const MAX_LENGTH = 65_536

/**
 * The statement with a `?` for each string, comment and long number. Linear. Whether a backslash escapes a quote and whether
 * comments nest depends on the database: all that follows the first such is hidden. What is in double quotes is a name, unless
 * it stands where a value does, backticks show that names are quoted otherwise, or `quotesAreValues` says so of the database.
 */
export function redactSql(text: string, quotesAreValues = false): string {
  const sql = text.length > MAX_LENGTH ? text.slice(0, MAX_LENGTH) : text
  const areValues = quotesAreValues || sql.includes('`')
  let isAmongValues = false
  let redacted = ''
  let kept = 0
  for (const { 0: token, index } of sql.matchAll(TOKENS)) {
    isAmongValues = staysAmongValues(token, isAmongValues)
    if (!isLiteral(token, areValues || isValuePlace(sql, index, isAmongValues))) continue
    redacted += `${sql.slice(kept, index)}?`
    kept = index + token.length
    if (isAmbiguous(token)) return `${redacted}…`
  }
  return redacted + sql.slice(kept)
}

function staysAmongValues(token: string, isAmongValues: boolean): boolean {
  if (token.length > LONGEST_WORD) return isAmongValues
  const word = token.toUpperCase()
  return VALUES.has(word) || (isAmongValues && !CLAUSES.has(word))
}

function isLiteral(token: string, quotesAreValues: boolean): boolean {
  const first = token[0] ?? ''
  if (first === '"') return quotesAreValues
  return "'$-/#".includes(first) || (first >= '0' && first <= '9')
}

/** Behind an operator, or among values and no part of a name with dots. */
function isValuePlace(sql: string, at: number, isAmongValues: boolean): boolean {
  let before = at - 1
  while (before >= 0 && ' \t\r\n\f\v'.includes(sql[before] ?? '')) before--
  const sign = sql[before] ?? ' '
  return '=<>!~'.includes(sign) || (isAmongValues && sign !== '.')
}

function isAmbiguous(token: string): boolean {
  return hasEscapedQuote(token) || (token.startsWith('/*') && token.includes('/*', 2))
}

function hasEscapedQuote(token: string): boolean {
  return (token[0] === "'" || token[0] === '"') && token.includes(`\\${token[0]}`)
}
