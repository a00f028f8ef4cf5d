/** Small texts gathered into larger ones: a write for each would cost more than its text. */

const CHUNK = 65_536

/** The same text in pieces of at least 64 Ki characters, but for the last. */
export async function* gathered(texts: AsyncIterable<string>): AsyncGenerator<string> {
  let held: string[] = []
  let length = 0
  for await (const text of texts) {
    held.push(text)
    length += text.length
    if (length < CHUNK) continue
    yield held.join('')
    held = []
    length = 0
  }
  if (length > 0) yield held.join('')
}
