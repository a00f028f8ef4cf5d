/** Headers as node:http2 has them: by name, those of the protocol beginning with a colon. */

import { sensitiveHeaders } from 'node:http2'
import { MASK } from '../value/shapes.ts'
import type { HeaderList } from './client-call.ts'

/** See above. */
export type Http2Headers = Readonly<Record<string, unknown>>

/** Those that are not of the protocol; of what the program has said to be sensitive the names alone. */
export function regularHeaders(headers: Http2Headers): HeaderList {
  const names = Object.keys(headers).filter((name) => !name.startsWith(':'))
  const sensitive = sensitiveIn(headers)
  return {
    names: names.map((name) => name.toLowerCase()),
    values: names.map((name) => (sensitive.includes(name.toLowerCase()) ? MASK : headers[name])),
  }
}

function sensitiveIn(headers: { readonly [sensitiveHeaders]?: unknown }): readonly string[] {
  const names = headers[sensitiveHeaders]
  return Array.isArray(names) ? names.map((name) => String(name).toLowerCase()) : []
}

/** A header that is one text. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
