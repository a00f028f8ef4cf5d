/** Who recorded what, counted over a sample of a recording's newest events. */

import type { CinescopeEvent } from '@cinescope/core'

/** Counts over the sample. */
export interface Coverage {
  /** Events looked at, the newest. */
  readonly sampled: number
  /** Spans and points by framework and kind. */
  readonly byFramework: ReadonlyMap<string, ReadonlyMap<string, number>>
  readonly inferred: number
  readonly orphans: number
  /** Segments that failed their checks and were left out. */
  readonly corrupt: number
  readonly leftOut: LeftOut
  /** Last event of the sample, ns as its process counts them, whatever became of the wall clock. */
  readonly lastNs: number | undefined
  /** What Cinescope can see of a server, and whether it did. */
  readonly probes: readonly ProbeSeen[]
}

/** What the recording left out on purpose since its start. */
export interface LeftOut {
  /** Spans, by the budget. */
  readonly spans: number
  /** Values, by the budget. */
  readonly values: number
  /** Events of films that were not sampled or not kept. */
  readonly films: number
}

/** What the whole recording says, beside the sample. */
interface Account {
  /** Segments that failed their checks. */
  readonly corrupt: number
  readonly leftOut: LeftOut
}

/** One thing that can be recorded. */
interface ProbeSeen {
  readonly name: string
  /** Spans or points of the sample. */
  readonly seen: number
  /** Why there may be none, or fewer than expected. */
  readonly why?: string
}

/** Most events looked at. */
export const SAMPLE = 10_000

const FUNCTIONS = new Set(['middleware', 'handler', 'filter'])
const BODIES = new Set(['http.request.body', 'http.response.body'])

/** Counts; `newestFirst` are the newest events of a recording, without values. */
export function countCoverage(newestFirst: readonly CinescopeEvent[], { corrupt, leftOut }: Account): Coverage {
  const byFramework = new Map<string, Map<string, number>>()
  for (const { site, kind } of newestFirst) {
    const framework = site?.framework ?? 'without a site'
    const kinds = byFramework.get(framework) ?? new Map<string, number>()
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
    byFramework.set(framework, kinds)
  }
  return {
    sampled: newestFirst.length,
    byFramework,
    inferred: newestFirst.filter(({ parentCertainty }) => parentCertainty === 'inferred').length,
    orphans: newestFirst.filter(
      ({ parentCertainty, kind }) => parentCertainty === 'orphan' && !kind.startsWith('state.'),
    ).length,
    corrupt,
    leftOut,
    lastNs: newestFirst[0]?.atNs,
    probes: probesSeen(newestFirst, leftOut),
  }
}

function probesSeen(events: readonly CinescopeEvent[], leftOut: LeftOut): ProbeSeen[] {
  const many = (test: (event: CinescopeEvent) => boolean): number => events.filter(test).length
  const functions = events.filter(({ kind }) => FUNCTIONS.has(kind))
  const located = functions.filter(({ site }) => site?.file !== undefined).length
  return [
    probe(
      'requests',
      many(({ kind }) => kind === 'request'),
      'no app.use(cinescope(scope)), or no request yet',
    ),
    probe(
      'middleware and handlers',
      functions.length,
      leftOut.spans > 0 ? 'left out by the budget' : 'mounted before cinescope, or no request yet',
    ),
    {
      name: 'their places in the source',
      seen: located,
      ...(located === functions.length
        ? {}
        : { why: `${functions.length - located} ran before their place was known` }),
    },
    probe(
      'bodies',
      many(({ name }) => BODIES.has(name)),
      'off (in production, or by the option bodies), or none was sent',
    ),
    probe(
      'errors',
      many(({ kind }) => kind === 'error'),
      'nothing was thrown',
    ),
    probe(
      'your spans',
      many(({ kind, site }) => kind === 'span' && site?.framework === 'user'),
      'scope.span(name, fn) makes them',
    ),
    probe(
      'states of entities',
      many(({ kind }) => kind.startsWith('state.')),
      'scope.entity(kind, id).snapshot(state) makes them',
    ),
  ]
}

function probe(name: string, seen: number, why: string): ProbeSeen {
  return seen === 0 ? { name, seen, why } : { name, seen }
}
