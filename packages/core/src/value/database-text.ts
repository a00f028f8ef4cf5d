/** What databases quote of rows and parameters when they refuse something: values whose columns nobody can tell any more. */

/** Quick to tell, since most texts hold none of it. */
const MAY_QUOTE = /Failing row|parameter|\$\d|Duplicate entry|invalid input|out of range/
/** To its last parenthesis, which the frames of a stack may follow, or to the end where it was cut. */
const ROW = /(Failing row contains \()[\s\S]*?(?:\)(?=\.?(?:\n {4}at |$))|$)/g
const PARAMETER = /(\$\d{1,5} = )'(?:[^']|'')*(?:'|$)/g
const DUPLICATE = /(Duplicate entry )'[\s\S]*?'( for key)/g
const INPUT = /(invalid input (?:syntax|value) for (?:type|enum) [\w ."]{1,128}: )"[\s\S]*?"(?=\n|$)/g
const RANGE = /(value )"[^"\n]{1,256}"( is out of range)/g
/** Of longer texts no more is looked at, or kept where there was something. */
const HEAD = 16_384

/** `text` without them, the same text where it has none. PostgreSQL's detail, context and message, and MySQL's message. */
export function withoutRows(text: string): string {
  const head = text.length > HEAD ? text.slice(0, HEAD) : text
  if (!MAY_QUOTE.test(head)) return text
  const masked = head
    .replace(ROW, '$1…)')
    .replace(PARAMETER, "$1'…'")
    .replace(DUPLICATE, "$1'…'$2")
    .replace(INPUT, '$1"…"')
    .replace(RANGE, '$1"…"$2')
  // of what goes on beyond, nobody knows what it is
  return masked === head ? text : masked
}
