/** JSON of answers: complete, and safe to look at in a terminal. */

const UNSAFE =
  /[\u007f-\u009f\u00ad\u0600-\u0605\u061c\u06dd\u070f\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g

/** JSON text; numbers that JSON cannot hold are `{"$type":"number","text":"NaN"}`, invisible characters are escaped. */
export function toJson(value: unknown, indent: number): string {
  return escaped(JSON.stringify(value, replace, indent))
}

/** The same on one line, of a value in which JSON can hold every number: a replacer costs most of the time. */
export function plainJson(value: unknown): string {
  return escaped(JSON.stringify(value))
}

function escaped(text: string): string {
  return text.replace(UNSAFE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

function replace(_key: string, value: unknown): unknown {
  if (typeof value !== 'number' || (Number.isFinite(value) && !Object.is(value, -0))) return value
  return { $type: 'number', text: Object.is(value, -0) ? '-0' : String(value) }
}
