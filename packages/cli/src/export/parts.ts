/** From open recordings to what a format is given. */

import type { CinescopeEvent, EventQuery, Kind, OpenRecording } from '@cinescope/core'
import { derivedTraceId, type FilmId, placeOf, type TraceId } from '@cinescope/protocol'
import type { ExportPart } from './format.ts'

/** Events a page. Small enough that a page of large values takes little memory. */
const PAGE = 1000

/** Bytes that a damaged recording lost are told once. */
export interface PartWatch {
  /** The largest number of segments that a page had to leave out because they are damaged. */
  corrupt: number
  /** Events that were handed over. */
  events: number
}

/** The part of a recording: what one query or several give. */
export async function partOf(
  recording: OpenRecording,
  queries: readonly EventQuery[],
  watch: PartWatch,
): Promise<ExportPart> {
  const status = await recording.status()
  const { node } = status.process
  return {
    status,
    ledger: await recording.ledger(),
    pages: (kinds) => {
      const all = queries.map((query) => pagesOf(recording, narrowed(query, kinds), watch))
      return all.length === 1 ? all[0]! : inOneOrder(all)
    },
    traces: (films) => tracesOf(recording, films),
    derivedTrace: (id) => derivedTraceId(node, placeOf(node, id)),
  }
}

async function* pagesOf(
  recording: OpenRecording,
  query: EventQuery,
  watch: PartWatch,
): AsyncGenerator<readonly CinescopeEvent[]> {
  let cursor: string | undefined
  do {
    const page = await recording.events({ ...query, limit: PAGE, ...(cursor === undefined ? {} : { cursor }) })
    watch.corrupt = Math.max(watch.corrupt, page.explain.corrupt)
    watch.events += page.items.length
    yield page.items
    cursor = page.cursor
  } while (cursor !== undefined)
}

/** Pages that are ordered by time as pages of all of them that are. */
async function* inOneOrder(
  all: readonly AsyncGenerator<readonly CinescopeEvent[]>[],
): AsyncGenerator<readonly CinescopeEvent[]> {
  const heads = await Promise.all(all.map((pages) => Head.of(pages)))
  let page: CinescopeEvent[] = []
  for (;;) {
    const first = heads.reduce((best, head) => (head.atNs < best.atNs ? head : best))
    if (first.event === undefined) break
    page.push(first.event)
    await first.pass()
    if (page.length < PAGE) continue
    yield page
    page = []
  }
  if (page.length > 0) yield page
}

/** Where one of several runs of pages has come to. */
class Head {
  readonly #pages: AsyncGenerator<readonly CinescopeEvent[]>
  #page: readonly CinescopeEvent[] = []
  #at = 0

  private constructor(pages: AsyncGenerator<readonly CinescopeEvent[]>) {
    this.#pages = pages
  }

  static async of(pages: AsyncGenerator<readonly CinescopeEvent[]>): Promise<Head> {
    const head = new Head(pages)
    await head.#turn()
    return head
  }

  /** Undefined at the end. */
  get event(): CinescopeEvent | undefined {
    return this.#page[this.#at]
  }

  get atNs(): number {
    return this.event?.atNs ?? Infinity
  }

  async pass(): Promise<void> {
    this.#at++
    await this.#turn()
  }

  /** To the next page that has events. */
  async #turn(): Promise<void> {
    while (this.#at >= this.#page.length) {
      const next = await this.#pages.next()
      this.#page = next.done === true ? [] : next.value
      this.#at = 0
      if (next.done === true) return
    }
  }
}

function narrowed(query: EventQuery, kinds: readonly Kind[] | undefined): EventQuery {
  if (kinds === undefined) return query
  const asked = query.where?.kinds
  return { ...query, where: { ...query.where, kinds: kinds.filter((kind) => asked?.includes(kind) ?? true) } }
}

async function tracesOf(recording: OpenRecording, films: readonly FilmId[]): Promise<ReadonlyMap<FilmId, TraceId>> {
  const summaries = await recording.filmSummaries(films)
  return new Map(summaries.map(({ id, traceId }) => [id, traceId]))
}
