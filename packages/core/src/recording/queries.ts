/** How each question is answered. */

import { aggregate } from '../query/aggregate/aggregate.ts'
import { ledger, status } from '../query/account.ts'
import { diffFilms } from '../query/diff/diff-films.ts'
import { causesOf, childrenOf, event, parentsOf } from '../query/event.ts'
import { events } from '../query/events.ts'
import { film, films, filmsOfTrace, filmSummaries } from '../query/films.ts'
import { stateAt } from '../timetravel/state-at.ts'
import type { Queries } from './recording.ts'

/** See above. */
export const QUERIES: Queries = {
  films,
  film,
  filmSummaries,
  filmsOfTrace,
  events,
  aggregate,
  event,
  parentsOf,
  childrenOf,
  causesOf,
  diffFilms,
  stateAt: (reading, entity, at) => reading.view((parts) => stateAt(parts, parts.node, entity, at)),
  ledger,
  status,
}
