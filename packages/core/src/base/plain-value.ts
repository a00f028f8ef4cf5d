/** Encodes what the recorder itself writes: flat records of numbers and strings, with inline keys. Not for host data. */

import { ByteWriter, KEY, TAG } from '@cinescope/protocol'

/** A flat record. Strings are one byte a character (ASCII); numbers are any. */
export type PlainRecord = Readonly<Record<string, number | string>>

/** The value document of a flat record of our own. */
export function encodePlainRecord(record: PlainRecord): Uint8Array {
  const writer = new ByteWriter(128)
  writer.u8(TAG.object)
  for (const [key, value] of Object.entries(record)) {
    writer.varint(KEY.inline)
    ascii(writer, key)
    if (typeof value === 'string') ascii(writer, value)
    else {
      writer.u8(TAG.double)
      writer.f64(value)
    }
  }
  writer.varint(KEY.end)
  return writer.take()
}

function ascii(writer: ByteWriter, text: string): void {
  writer.u8(TAG.latin1)
  writer.varint(text.length)
  for (let i = 0; i < text.length; i++) writer.u8(text.charCodeAt(i) & 0x7f)
}
