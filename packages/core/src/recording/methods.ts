/** The questions by name, for whoever passes them on: loads nothing of the reading side. */

import type { Method } from './recording.ts'

/** How many arguments a question has before its control. */
export const ARGUMENTS: Readonly<Record<Method, number>> = {
  films: 1,
  film: 1,
  filmSummaries: 1,
  filmsOfTrace: 1,
  events: 1,
  aggregate: 1,
  tiles: 1,
  arrivals: 1,
  event: 1,
  parentsOf: 1,
  childrenOf: 1,
  causesOf: 2,
  effectsOf: 2,
  pathBetween: 2,
  concurrentWith: 2,
  story: 2,
  sequences: 1,
  diffFilms: 3,
  stateAt: 2,
  history: 2,
  lastWrite: 3,
  diffStates: 3,
  step: 1,
  routes: 0,
  clockSkew: 0,
  ledger: 0,
  status: 0,
}
