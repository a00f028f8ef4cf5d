/** Waiting for the films that requests made. */

import type { Scope } from '@cinescope/core'
import type { CinescopeEvent, Film } from '@cinescope/protocol'

const DEADLINE_MS = 5000

/** The first `count` films of a scope in order of their begin, once all have ended. Rejects when they do not within 5 s. */
export async function filmsOf(scope: Scope, count: number): Promise<readonly Film[]> {
  const recording = scope.recording()
  const deadline = Date.now() + DEADLINE_MS
  for (;;) {
    await scope.flush()
    const { items } = await recording.films({ order: 'time', limit: 10_000 })
    if (items.length >= count && items.every(({ durationNs }) => durationNs !== undefined)) {
      return Promise.all(items.map(({ id }) => recording.film(id)))
    }
    if (Date.now() > deadline)
      throw new Error(
        `expected ${count} ended films, got ${JSON.stringify(items.map(({ name, durationNs }) => [name, durationNs]))}`,
      )
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** The root event of a film. */
export function rootOf(film: Film): CinescopeEvent {
  const root = film.events.find(({ id }) => id === film.summary.id)
  if (root === undefined) throw new Error(`film ${film.summary.id} has no root`)
  return root
}

/** A film as an indented outline, `kind name` a line, in order of begin; errors are marked with `!`. */
export function outlineOf(film: Film): readonly string[] {
  const depths = new Map<string | undefined, number>()
  return film.events.map((event) => {
    const depth = event.id === film.summary.id ? 0 : (depths.get(event.parent) ?? Number.NaN) + 1
    depths.set(event.id, depth)
    return `${'  '.repeat(depth)}${event.kind} ${event.name}${event.error ? ' !' : ''}`
  })
}
