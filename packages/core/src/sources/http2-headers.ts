/** Headers as node:http2 has them: by name, those of the protocol beginning with a colon. */

import type { HeaderList } from './client-call.ts'

/** See above. */
export type Http2Headers = Readonly<Record<string, unknown>>

/** Those that are not of the protocol. */
export function regularHeaders(headers: Http2Headers): HeaderList {
  const names = Object.keys(headers).filter((name) => !name.startsWith(':'))
  return { names: names.map((name) => name.toLowerCase()), values: names.map((name) => headers[name]) }
}

/** A header that is one text. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
