/** The query string of a request, tokenized and redacted. */

import { KINDS } from '@cinescope/protocol'
import { Text } from '../capture/own-value.ts'
import type { Span } from '../capture/span.ts'

const QUERY_BYTES = 8192

/** Records it, without its `?`, as an attribute of `root`, where that takes values. */
export function recordQuery(root: Span, site: number, query: string, path: string): void {
  if (!root.takesValues(site)) return root.leaveOut(site)
  const bytes = Buffer.from(query)
  const complete = bytes.length <= QUERY_BYTES
  const text = {
    contentType: 'application/x-www-form-urlencoded',
    bytes: complete ? bytes : bytes.subarray(0, QUERY_BYTES),
    totalLength: bytes.length,
    complete,
    under: 'query',
    path,
  }
  root.point(KINDS.attribute, site, new Text(text))
}
