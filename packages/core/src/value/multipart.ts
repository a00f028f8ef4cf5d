/** Splits a multipart/form-data body (RFC 7578) into fields; of files only name, type and size are taken. */

import type { Field, FieldValue } from './form.ts'
import { decodeComponent } from './percent.ts'

const MAX_PARTS = 1000
const MAX_HEADER_BYTES = 4096
const MAX_FIELD_BYTES = 65_536
const BLANK_LINE = Buffer.from('\r\n\r\n')

/** Fields of `bytes`; undefined when the content type names no boundary. The last part of a prefix is cut. */
export function multipartFields(contentType: string, bytes: Uint8Array): readonly Field[] | undefined {
  const match = /;\s*boundary=(?:"([^"]{1,200})"|([^\s";,]{1,200}))/i.exec(contentType)
  const boundary = match?.[1] ?? match?.[2]
  if (boundary === undefined) return undefined
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const fields: Field[] = []
  let from = partStart(body, body.indexOf(`--${boundary}`), boundary)
  while (from >= 0 && fields.length < MAX_PARTS) {
    const next = body.indexOf(`\r\n--${boundary}`, from - 2)
    const end = next < 0 ? body.length : Math.max(next, from)
    fields.push(fieldOf(body.subarray(from, end), next < 0))
    from = next < 0 ? -1 : partStart(body, next + 2, boundary)
  }
  return fields
}

/** Start of the part behind the delimiter at `at`; -1 behind the last. */
function partStart(body: Buffer, at: number, boundary: string): number {
  if (at < 0) return -1
  const behind = at + boundary.length + 2
  return body[behind] === 0x2d && body[behind + 1] === 0x2d ? -1 : behind + 2
}

function fieldOf(part: Buffer, isCut: boolean): Field {
  const split = part.subarray(0, MAX_HEADER_BYTES).indexOf(BLANK_LINE)
  if (split < 0) return { name: '', value: { kind: 'cut' } }
  // a folded header is one line
  const headers = part.toString('utf8', 0, split).replace(/\r?\n[ \t]+/g, ' ')
  const disposition = /^content-disposition[ \t]*:(.*)$/im.exec(headers)?.[1] ?? ''
  const name = extended(disposition, 'name') ?? decoded(parameter(disposition, 'name'))
  if (name === undefined) return { name: '', value: { kind: 'unread' } }
  const type = /^content-type[ \t]*:\s*([^\s;]+)/im.exec(headers)?.[1]?.toLowerCase()
  const file = extended(disposition, 'filename') ?? parameter(disposition, 'filename')
  return { name, value: valueOf(part.subarray(split + BLANK_LINE.length), type, file, isCut) }
}

function valueOf(content: Buffer, type: string | undefined, file: string | undefined, isCut: boolean): FieldValue {
  const isText = file === undefined && (type === undefined || type.startsWith('text/') || type.endsWith('json'))
  if (!isText) return { kind: 'file', name: file ?? '', type: type ?? '', size: isCut ? 0 : content.length }
  if (isCut || content.length > MAX_FIELD_BYTES) return { kind: 'cut' }
  return { kind: type?.endsWith('json') === true ? 'json' : 'text', text: content.toString('utf8') }
}

function parameter(disposition: string, name: string): string | undefined {
  const match = new RegExp(`;\\s*${name}\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s;]+))`, 'i').exec(disposition)
  return match?.[1]?.replace(/\\(.)/g, '$1') ?? match?.[2]
}

/** The form of RFC 5987, `name*=utf-8''na%6De`. */
function extended(disposition: string, name: string): string | undefined {
  const match = new RegExp(`;\\s*${name}\\*\\s*=\\s*"?[\\w-]*'[^'\\s;]*'([^\\s;"]*)`, 'i').exec(disposition)
  return decoded(match?.[1])
}

/** Browsers percent-encode quotes and line ends in names. */
function decoded(text: string | undefined): string | undefined {
  return text === undefined || !text.includes('%') ? text : decodeComponent(text.replaceAll('+', '%2B'))
}
