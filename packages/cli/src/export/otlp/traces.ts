/** Which trace an event belongs to. */

import type { CinescopeEvent } from '@cinescope/core'
import type { FilmId, SpanId, TraceId } from '@cinescope/protocol'
import type { ExportPart } from '../format.ts'
import { Recent } from '../recent.ts'
import { isSpan } from '../span-kinds.ts'

/** Films, and spans, whose traces are remembered at least. */
const KEPT = 5_000

/** Of one recording. Memory is bounded: what was forgotten is asked for again when it comes, and spans that wait keep theirs. */
export class Traces {
  readonly #part: ExportPart
  readonly #films = new Recent<FilmId, TraceId>(KEPT)
  readonly #spans = new Recent<SpanId, TraceId>(KEPT)
  /** Of spans that are not complete yet. */
  readonly #waiting = new Map<SpanId, TraceId>()

  constructor(part: ExportPart) {
    this.#part = part
  }

  /** Learns the traces of a page's films, all in one question. */
  async learn(page: readonly CinescopeEvent[]): Promise<void> {
    const films = new Set(
      page.flatMap(({ film }) => (film === undefined || this.#films.get(film) !== undefined ? [] : [film])),
    )
    if (films.size > 0) {
      const known = await this.#part.traces([...films])
      for (const film of films) this.#films.set(film, known.get(film) ?? this.#part.derivedTrace(film))
    }
    for (const event of page) {
      const trace = this.#of(event)
      this.#spans.set(event.id, trace)
      if (isSpan(event)) this.#waiting.set(event.id, trace)
    }
  }

  /** The trace of an event that is complete, which is asked once; one outside any film is a trace of its own. */
  take(event: CinescopeEvent): TraceId {
    const trace = this.#waiting.get(event.id) ?? this.#of(event)
    this.#waiting.delete(event.id)
    return trace
  }

  #of({ id, film }: CinescopeEvent): TraceId {
    return (film === undefined ? undefined : this.#films.get(film)) ?? this.#part.derivedTrace(film ?? id)
  }

  /** The trace of a span that was met lately; undefined of any other. */
  ofSpan(id: SpanId): TraceId | undefined {
    return this.#spans.get(id)
  }
}
