/** What a root was caused by in another thread or process, as its edge says. */

import type { CinescopeEvent, SpanId } from '@cinescope/protocol'
import { compileFilter } from '../predicate.ts'
import type { QueryParts } from '../reading.ts'
import { scanEvents } from '../scan.ts'

/** The span that sent a root its trace context; undefined for what is no root, or began a trace. */
export async function senderOf(
  parts: QueryParts,
  { id, film }: Pick<CinescopeEvent, 'id' | 'film'>,
): Promise<SpanId | undefined> {
  if (film !== id) return undefined
  const { reader, cost } = parts
  const predicate = compileFilter({ film: id, parent: id, kinds: ['edge'] }, parts)
  const scan = { segments: reader.segments(), predicate, order: 'time', after: undefined, limit: 1 } as const
  const [edge] = await scanEvents(scan, reader, cost)
  if (edge === undefined) return undefined
  const link = reader.values(edge.entry, edge.rows, edge.row).value
  if (typeof link !== 'object' || link === null) return undefined
  const sender = (link as Readonly<Record<string, unknown>>)['cinescope.remote.parent']
  return typeof sender === 'string' && /^[0-9a-f]{16}$/.test(sender) ? (sender as SpanId) : undefined
}
