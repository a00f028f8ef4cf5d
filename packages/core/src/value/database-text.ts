/** What databases quote of rows and parameters when they refuse something: values whose columns nobody can tell any more. */

/** One of these is in whatever is masked; quicker to tell than what follows. */
const SIGNS = ['"', "'", 'Failing row', 'JSON data'] as const
const MAY_QUOTE =
  /Failing row|parameter|\$\d|Duplicate entry|invalid (?:input|value)|out of range|malformed|JSON data|but found|Token "|COPY |ncorrect /
/** To its last parenthesis, which the frames of a stack may follow, or to the end where it was cut. */
const ROW = /(Failing row contains \()[\s\S]*?(?:\)(?=\.?(?:\n {4}at |$))|$)/g
const PARAMETER = /(\$\d{1,5} = )'(?:[^']|'')*(?:'|$)/g
const DUPLICATE = /(Duplicate entry )'[\s\S]*?'( for key)/g
/** PostgreSQL says no more behind it: whatever stands there to the frames of a stack is the value, or a program's own. */
const INPUT =
  /((?:invalid input (?:syntax|value) for (?:type|enum) [\w ."]{1,128}|malformed \w{1,16} literal|field value out of range|COPY [^\n:"]{1,200}, line \d{1,20}(?:, column [^\n:"]{1,200})?): )"[\s\S]*?(?=\n {4}at |$)/g
const RANGE = /(value )"[^"\n]{1,256}"( is out of range| for ")/g
const JSON_TOKEN = /(Token |but found )"[\s\S]*?(?:"( is invalid|\.?(?=\n|$))|(?=\n {4}at |$))/g
const JSON_LINE = /(JSON data, line \d{1,20}: )[^\n]+/g
/** MySQL's, of any type. */
const INCORRECT = /(ncorrect [\w ]{1,64} value: )'[\s\S]*?(?:'(?= for (?:column|function))|'?(?=\n {4}at |$))/g
/** Of longer texts no more is looked at, or kept where there was something. */
const HEAD = 16_384

/** `text` without them, the same text where it has none. PostgreSQL's detail, context and message, and MySQL's message. */
export function withoutRows(text: string): string {
  if (!SIGNS.some((sign) => text.includes(sign))) return text
  const head = text.length > HEAD ? text.slice(0, HEAD) : text
  if (!MAY_QUOTE.test(head)) return text
  const masked = head
    .replace(ROW, '$1…)')
    .replace(PARAMETER, "$1'…'")
    .replace(DUPLICATE, "$1'…'$2")
    .replace(INPUT, '$1"…"')
    .replace(RANGE, '$1"…"$2')
    .replace(JSON_TOKEN, '$1"…"$2')
    .replace(JSON_LINE, '$1…')
    .replace(INCORRECT, "$1'…'")
  // of what goes on beyond, nobody knows what it is
  return masked === head ? text : masked
}
