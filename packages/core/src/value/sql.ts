/** SQL without its literals: strings, comments and long numbers in it may be anything. Where dialects differ, more is hidden. */

const STRING = `'(?:[^'\\\\]|''|\\\\[^])*(?:'|$)`
const QUOTED = `"(?:[^"\\\\]|""|\\\\[^])*(?:"|$)`
const DOLLARS = `\\$([A-Za-z_]\\w*)?\\$[^]*?(?:\\$\\1\\$|$)`
const COMMENT = `--[^\\n]*|/\\*[^]*?(?:\\*/|$)`
const NAME = `[A-Za-z_][\\w$]*`
/** Numbers of fewer digits are limits, years and small ids. */
const LONG_NUMBER = `\\d[\\d.]{5,}`
const TOKENS = new RegExp(`${COMMENT}|${STRING}|${QUOTED}|${DOLLARS}|${NAME}|${LONG_NUMBER}`, 'g')

/** Text beyond this is neither looked through nor kept. */
const MAX_LENGTH = 65_536

/**
 * The statement with a `?` for each string, comment and long number. Linear. Whether a backslash escapes a quote depends on the
 * database: all that follows the first is hidden. What is in double quotes is a name, unless it stands where a value does or
 * backticks show that names are quoted otherwise.
 */
export function redactSql(text: string): string {
  const sql = text.length > MAX_LENGTH ? text.slice(0, MAX_LENGTH) : text
  const hasBackticks = sql.includes('`')
  let redacted = ''
  let kept = 0
  for (const { 0: token, index } of sql.matchAll(TOKENS)) {
    if (!isLiteral(token, hasBackticks || isValuePlace(sql, index))) continue
    redacted += `${sql.slice(kept, index)}?`
    kept = index + token.length
    if (hasEscapedQuote(token)) return `${redacted}…`
  }
  return redacted + sql.slice(kept)
}

function isLiteral(token: string, quotesAreValues: boolean): boolean {
  const first = token[0]
  if (first === '"') return quotesAreValues
  return first === "'" || first === '$' || first === '-' || first === '/' || (first !== undefined && first <= '9')
}

/** Behind an operator. */
function isValuePlace(sql: string, at: number): boolean {
  let before = at - 1
  while (before >= 0 && sql[before] === ' ') before--
  return '=<>!~'.includes(sql[before] ?? ' ')
}

function hasEscapedQuote(token: string): boolean {
  return (token[0] === "'" || token[0] === '"') && token.includes(`\\${token[0]}`)
}
