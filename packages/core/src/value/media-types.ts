/** What content types say about a body: how to tokenize it and how its bytes are text. */

/** How a body is tokenized. */
export type Format = 'json' | 'lines' | 'urlencoded' | 'multipart' | 'text' | 'binary'

/** `format` is undefined where there is no content type and the bytes must tell. */
export interface MediaType {
  readonly format: Format | undefined
  readonly encoding: BufferEncoding
}

/** A server sees few content types, a peer may send many: so many are remembered, the rest worked out each time. */
const MAX_KNOWN = 64

/** Remembers content types by their text. */
export class MediaTypes {
  readonly #known = new Map<string, MediaType>()

  of(contentType: string | undefined): MediaType {
    const text = contentType ?? ''
    const known = this.#known.get(text)
    if (known !== undefined) return known
    const type = { format: formatOf(text.split(';', 1)[0]?.trim().toLowerCase() ?? ''), encoding: encodingOf(text) }
    if (this.#known.size < MAX_KNOWN) this.#known.set(text, type)
    return type
  }
}

function formatOf(type: string): Format | undefined {
  if (type === '') return undefined
  if (/^application\/(?:x-)?(?:ndjson|jsonl|jsonlines|json-seq)$/.test(type)) return 'lines'
  if (/[/+]json$/.test(type)) return 'json'
  if (type === 'application/x-www-form-urlencoded') return 'urlencoded'
  if (type === 'multipart/form-data') return 'multipart'
  const isText = type.startsWith('text/') || /[/+](?:xml|javascript|graphql|yaml|x-yaml|toml|sql)$/.test(type)
  return isText ? 'text' : 'binary'
}

function encodingOf(contentType: string): BufferEncoding {
  const charset = /;\s*charset="?([\w-]+)/i.exec(contentType)?.[1]?.toLowerCase() ?? 'utf-8'
  if (/^(?:iso-8859-1|latin1|windows-1252|us-ascii)$/.test(charset)) return 'latin1'
  return charset.startsWith('utf-16') ? 'utf16le' : 'utf8'
}
