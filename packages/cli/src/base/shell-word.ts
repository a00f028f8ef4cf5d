/** Words for a shell, which people paste them into: whoever made a file chose its name. */

/** In quotes where it needs them. */
export function shellWord(word: string): string {
  return /^[\w./-]+$/.test(word) && !word.startsWith('-') ? word : quotedWord(word)
}

/** In quotes. */
export function quotedWord(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`
}
