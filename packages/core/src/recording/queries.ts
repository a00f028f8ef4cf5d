/** How each question is answered. */

import { aggregate } from '../query/aggregate/aggregate.ts'
import { arrivals } from '../query/arrivals/arrivals.ts'
import { ledger, status } from '../query/account.ts'
import { diffFilms } from '../query/diff/diff-films.ts'
import { causesOf, effectsOf } from '../query/causality/causal-graph.ts'
import { concurrentWith } from '../query/causality/concurrent.ts'
import { groundOf } from '../query/causality/ground.ts'
import { pathBetween } from '../query/causality/path-between.ts'
import { story } from '../query/causality/story.ts'
import { childrenOf, event, parentsOf } from '../query/event.ts'
import { events } from '../query/events.ts'
import { sequences } from '../query/sequence/sequences.ts'
import { routes } from '../query/routes.ts'
import { film, films, filmsOfTrace, filmSummaries } from '../query/films.ts'
import { diffStates } from '../timetravel/diff-states.ts'
import { history } from '../timetravel/history.ts'
import { lastWrite } from '../timetravel/last-write.ts'
import { step } from '../timetravel/seek/frame.ts'
import { stateAt } from '../timetravel/state-at.ts'
import { tiles } from '../query/tiles/tiles.ts'
import type { Queries } from './recording.ts'

/** See above. */
export const QUERIES: Queries = {
  films,
  film,
  filmSummaries,
  filmsOfTrace,
  events,
  aggregate,
  tiles,
  arrivals,
  event,
  parentsOf,
  childrenOf,
  causesOf: (reading, id, options) => causesOf(groundOf(reading), id, options),
  effectsOf: (reading, id, options) => effectsOf(groundOf(reading), id, options),
  pathBetween: (reading, a, b) => pathBetween(groundOf(reading), a, b),
  concurrentWith: (reading, id, options) => concurrentWith(groundOf(reading), id, options),
  sequences: (reading, query) => sequences(groundOf(reading), query),
  story: (reading, id, options) => story(groundOf(reading), id, options),
  diffFilms,
  stateAt,
  history,
  lastWrite,
  diffStates,
  step,
  routes,
  clockSkew: async () => [],
  ledger,
  status,
}
