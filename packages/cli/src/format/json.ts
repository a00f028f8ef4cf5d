/** JSON of answers: complete, and safe to look at in a terminal. */

/** Controls, what only formats, and letters that are drawn as nothing. */
const UNSAFE = /[\u007f-\u009f\u2028\u2029\u115f\u1160\u17b4\u17b5\u3164\uffa0\p{Cf}\u{e0000}-\u{e0fff}]|\u034f/gu

/** JSON text; numbers that JSON cannot hold are `{"$type":"number","text":"NaN"}`, invisible characters are escaped. */
export function toJson(value: unknown, indent: number): string {
  return escaped(JSON.stringify(value, replace, indent))
}

/** The same on one line, of a value in which JSON can hold every number: a replacer costs most of the time. */
export function plainJson(value: unknown): string {
  return escaped(JSON.stringify(value))
}

function escaped(text: string): string {
  return text.replace(UNSAFE, (character) =>
    Array.from(
      { length: character.length },
      (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`,
    ).join(''),
  )
}

function replace(_key: string, value: unknown): unknown {
  if (typeof value !== 'number' || (Number.isFinite(value) && !Object.is(value, -0))) return value
  return { $type: 'number', text: Object.is(value, -0) ? '-0' : String(value) }
}
