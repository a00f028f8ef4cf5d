/** How one film differs from another. */

import type { DiffOptions, FilmDiff } from '@cinescope/protocol'
import { resolveFilm } from '../film-id.ts'
import { MAX_FILM_EVENTS, readFilm } from '../film-reader.ts'
import { summaryOf } from '../films.ts'
import { checkLimit } from '../limit.ts'
import type { Reading } from '../reading.ts'
import { compareTrees } from './compare-trees.ts'
import { filmTree, Numbering } from './film-tree.ts'

/** See `Recording.diffFilms`. */
export function diffFilms(reading: Reading, a: string, b: string, options: DiffOptions = {}): Promise<FilmDiff> {
  const limit = checkLimit(options.limit)
  const withValues = options.values ?? true
  return reading.view(async (parts) => {
    const { node, view, cost } = parts
    const filmA = await resolveFilm(a, node, view, cost)
    const filmB = await resolveFilm(b, node, view, cost)
    const numbering = new Numbering()
    const eventsA = await readFilm(filmA, parts)
    const treeA = filmTree(eventsA, numbering, withValues)
    await cost.breathe()
    const eventsB = await readFilm(filmB, parts)
    const treeB = filmTree(eventsB, numbering, withValues)
    await cost.breathe()
    const findings = await compareTrees(treeA, treeB, { withValues, limit, cost })
    const isLong = eventsA.length >= MAX_FILM_EVENTS || eventsB.length >= MAX_FILM_EVENTS
    return {
      a: summaryOf(parts, filmA),
      b: summaryOf(parts, filmB),
      ...findings,
      truncated: findings.truncated || isLong,
      explain: cost.explain(`both films' segments by seq range and bloom; children aligned by subtree, then by name`),
    }
  })
}
