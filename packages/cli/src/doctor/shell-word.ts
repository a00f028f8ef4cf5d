/** A path as a word for a shell, which people paste it into: whoever made the file chose its name. */

/** See the file's first line. */
export function shellWord(path: string): string {
  return /^[\w./-]+$/.test(path) && !path.startsWith('-') ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`
}
