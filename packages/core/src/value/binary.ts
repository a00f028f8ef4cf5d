/** Writes buffers and views: class, length and a short prefix, which is left out where it reads as text with a secret. */

import { types } from 'node:util'
import { putVarint, TAG } from '@cinescope/protocol'
import type { ClassInfo } from './class-table.ts'
import {
  bufferBytes,
  Bytes,
  dataViewBuffer,
  dataViewBytes,
  dataViewOffset,
  sharedBufferBytes,
  typedArrayBuffer,
  typedArrayBytes,
  typedArrayName,
  typedArrayOffset,
} from './intrinsics.ts'
import { scrubText } from './scrub.ts'
import type { Sink } from './sink.ts'

/** Bytes of content that are kept. */
const MAX_PREFIX = 32
/** Bytes in which a secret is looked for, so that one is known although only its head would be kept. */
const LOOKED_AT = 288

/** Writes a typed array, Buffer or DataView. */
export function writeView(sink: Sink, view: object, info: ClassInfo, at: number): number {
  const kind = typedArrayName(view)
  const name = info.name === '' || info.name === 'Object' ? (kind ?? 'DataView') : info.name
  const length = kind === undefined ? dataViewLength(view) : typedArrayBytes(view)
  const head = length === 0 ? new Bytes(0) : headOf(view, kind !== undefined, length)
  return write(sink, name, length, head, at)
}

/** Writes an ArrayBuffer or SharedArrayBuffer. */
export function writeBuffer(sink: Sink, buffer: object, info: ClassInfo, at: number): number {
  const isShared = types.isSharedArrayBuffer(buffer)
  const length = isShared ? sharedBufferBytes(buffer) : bufferBytes(buffer)
  const name = info.name === '' || info.name === 'Object' ? (isShared ? 'SharedArrayBuffer' : 'ArrayBuffer') : info.name
  const head = new Bytes(buffer as ArrayBufferLike, 0, Math.min(length, LOOKED_AT))
  return write(sink, name, length, head, at)
}

/** Writes that there were bytes, and nothing of them. */
export function writeBytesLength(sink: Sink, name: string, length: number, at: number): number {
  const start = sink.key(sink.byte(at, TAG.bytes), sink.keys.intern(name), name)
  return sink.byte(putVarint(sink.into, start, length), 0)
}

function write(sink: Sink, name: string, length: number, head: Uint8Array, at: number): number {
  const start = sink.key(sink.byte(at, TAG.bytes), sink.keys.intern(name), name)
  let to = putVarint(sink.into, start, length)
  const room = Math.max(0, sink.end - to - 1)
  const shown = holdsSecret(sink, head) ? 0 : Math.min(head.length, MAX_PREFIX, room)
  if (shown < length) sink.truncated = true
  to = sink.byte(to, shown)
  for (let i = 0; i < shown; i++) sink.into[to + i] = head[i] ?? 0
  return to + shown
}

function holdsSecret(sink: Sink, head: Uint8Array): boolean {
  const text = Buffer.from(head.buffer, head.byteOffset, head.length).toString('latin1')
  return scrubText(text, sink.redaction) !== text
}

function headOf(view: object, isTypedArray: boolean, length: number): Uint8Array {
  const buffer = isTypedArray ? typedArrayBuffer(view) : dataViewBuffer(view)
  const offset = isTypedArray ? typedArrayOffset(view) : dataViewOffset(view)
  return new Bytes(buffer, offset, Math.min(length, LOOKED_AT))
}

/** Length of a DataView; its getter throws where a typed array's tells 0: on detached and shrunk buffers. */
function dataViewLength(view: object): number {
  try {
    return dataViewBytes(view)
  } catch (error) {
    if (types.isNativeError(error)) return 0
    throw error
  }
}
