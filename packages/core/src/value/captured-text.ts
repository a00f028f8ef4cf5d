/** Bodies that arrive as text, tokenized into the same documents as values and redacted on the way. */

import { OMISSION, TAG } from '@cinescope/protocol'
import { writeBytesLength } from './binary.ts'
import { urlencodedFields, writeFields } from './form.ts'
import { writeJson } from './json-text.ts'
import { multipartFields } from './multipart.ts'
import type { Format } from './media-types.ts'
import type { PathState } from './paths.ts'
import type { Walker } from './walker.ts'

/** A request or response body, or its first bytes, not compressed. */
export interface CapturedText {
  readonly contentType: string | undefined
  readonly bytes: Uint8Array
  /** The same as `bytes` where it was given as a string: saves decoding it again. */
  readonly text?: string
  /** Bytes of the whole body. */
  readonly totalLength: number
  /** False when `bytes` is a prefix. */
  readonly complete: boolean
  /** First segment of the redacted paths that apply; `body` unless told otherwise. */
  readonly under?: string
  /** Of a query: the path before it. */
  readonly path?: string
}

const SNIFFED = 512
/** `[0]=x` is a form. */
const JSON_HEAD = /^\s{0,64}(?:\{|\[\s{0,64}(?:["'[{\]]|$))/
/** Begins each document of a JSON text sequence (RFC 7464). */
const RECORD_SEPARATOR = String.fromCharCode(0x1e)

/** Writes a body; returns the end. Text that no tokenizer understands is type and length only, unless the user keeps it. */
export function writeText(walker: Walker, captured: CapturedText, at: number): number {
  const path = walker.redaction.paths?.step(captured.under ?? 'body')
  if (path?.redacts === true) return walker.omit(at, OMISSION.redacted, 0)
  if (captured.totalLength === 0) return walker.plain('', at)
  if (!captured.complete) walker.truncated = true
  const format = walker.mediaTypes.of(captured.contentType).format ?? sniff(captured.bytes)
  switch (format) {
    case 'json':
      return writeJson(walker, { bytes: utf8Of(walker, captured), isWhole: captured.complete }, at, 0, path)
    case 'lines':
      return writeLines(walker, captured, at, path)
    case 'urlencoded':
      return writeForm(walker, captured, at, path)
    case 'multipart':
      return writeMultipart(walker, captured, at, path)
    case 'text':
      return walker.redaction.keepsText
        ? writeKept(walker, captured, at)
        : walker.omit(at, OMISSION.text, captured.totalLength)
    case 'binary':
      return writeBytesLength(walker, 'Buffer', captured.totalLength, at)
  }
}

/** Writes a query string, with or without its `?`, as an object. */
export function writeQuery(walker: Walker, query: string, at: number): number {
  const path = walker.redaction.paths?.step('query')
  return writeFields(walker, urlencodedFields(query.startsWith('?') ? query.slice(1) : query, true), at, path)
}

function sniff(bytes: Uint8Array): Format {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, SNIFFED)).toString('latin1')
  if (/^(?:\xef\xbb\xbf)?\s*[[{]/.test(head)) return 'json'
  // oxlint-disable-next-line no-control-regex -- control characters are what tells binary from text
  return /[\u0000-\u0008\u000e-\u001a]/.test(head) ? 'binary' : 'text'
}

function textOf(walker: Walker, captured: CapturedText): string {
  if (captured.text !== undefined) return captured.text
  const bytes = Buffer.from(captured.bytes.buffer, captured.bytes.byteOffset, captured.bytes.byteLength)
  const text = bytes.toString(walker.mediaTypes.of(captured.contentType).encoding)
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
}

function utf8Of(walker: Walker, captured: CapturedText): Uint8Array {
  const isText = captured.text !== undefined || walker.mediaTypes.of(captured.contentType).encoding !== 'utf8'
  return isText ? walker.scratch.of(textOf(walker, captured)) : captured.bytes
}

function writeLines(walker: Walker, captured: CapturedText, start: number, path: PathState | undefined): number {
  if (!walker.open(start)) return walker.cut(start, OMISSION.size, 0)
  const lines = textOf(walker, captured).replaceAll(RECORD_SEPARATOR, '\n').split('\n')
  let at = walker.byte(start, TAG.array)
  let count = 0
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '') continue
    if (count >= walker.maxWidth || !walker.hasRoom(at)) {
      at = walker.cut(at, count >= walker.maxWidth ? OMISSION.width : OMISSION.size, lines.length - index)
      break
    }
    const isWhole = captured.complete || index < lines.length - 1
    at = writeJson(walker, { bytes: walker.scratch.of(line), isWhole }, at, 1, path?.step(String(count++)))
  }
  return walker.close(at, TAG.end)
}

/** What `curl -d` sends is typed as a form whatever it is: its JSON is read as JSON, lest a value become a field's name. */
function writeForm(walker: Walker, captured: CapturedText, at: number, path: PathState | undefined): number {
  const text = textOf(walker, captured)
  if (!mayBeJson(text)) return writeFields(walker, urlencodedFields(text, captured.complete), at, path, captured.path)
  return writeJson(walker, { bytes: walker.scratch.of(text), isWhole: captured.complete }, at, 0, path)
}

function mayBeJson(text: string): boolean {
  const unit = text.charCodeAt(0)
  return (unit <= 0x20 || unit === 0x7b || unit === 0x5b) && JSON_HEAD.test(text)
}

function writeMultipart(walker: Walker, captured: CapturedText, at: number, path: PathState | undefined): number {
  const fields = multipartFields(captured.contentType ?? '', captured.bytes)
  if (fields === undefined) return walker.cut(at, OMISSION.corrupt, captured.totalLength)
  return writeFields(walker, fields, at, path)
}

/** The user asked for it: the text with shapes masked; of a prefix the last word, which may be half a secret, is dropped. */
function writeKept(walker: Walker, captured: CapturedText, at: number): number {
  const text = textOf(walker, captured)
  return walker.string(captured.complete ? text : text.replace(/\S{1,512}$/, '…'), at)
}
