/** Making text safe and measurable. Recordings are hostile input: nothing of them reaches a terminal but through here. */

const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu
const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\u001b': '\\e' }
const WIDE =
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u
const ASCII = /^[ -~]*$/

/** The text with controls, escapes, direction marks and lone surrogates written out: `\e[2J`, `\u{202e}`. */
export function visible(text: string): string {
  return ASCII.test(text) ? text : text.replace(UNSAFE, written)
}

/** Columns that a visible text takes up in a terminal. */
export function widthOf(text: string): number {
  if (ASCII.test(text)) return text.length
  let width = 0
  for (const character of text) width += widthOfCharacter(character)
  return width
}

/** The text in at most `width` columns; what is cut off is shown as `…`. */
export function clip(text: string, width: number): string {
  if (width <= 0) return ''
  if (widthOf(text) <= width) return text
  let used = 0
  let kept = ''
  for (const character of text) {
    used += widthOfCharacter(character)
    if (used > width - 1) break
    kept += character
  }
  return `${kept}…`
}

/** The text in lines of at most `width` columns, broken between words; a longer word has a line of its own. */
export function wrapWords(text: string, width: number): string[] {
  const rows: string[] = []
  for (const word of text.split(' ')) {
    const last = rows.at(-1)
    if (last === undefined || widthOf(last) + 1 + widthOf(word) > width) rows.push(word)
    else rows[rows.length - 1] = `${last} ${word}`
  }
  return rows
}

function widthOfCharacter(character: string): number {
  if (/\p{M}/u.test(character)) return 0
  return WIDE.test(character) ? 2 : 1
}

function written(character: string): string {
  const code = character.codePointAt(0) ?? 0
  return SHORT[character] ?? (code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`)
}
