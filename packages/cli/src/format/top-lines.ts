/** What `cinescope top` shows of one look. */

import type { Look, Route, RouteFigures } from '../top-figures.ts'
import { type Line, styled } from './styled.ts'
import { type Column, table } from './table.ts'
import { bytes, count, duration, percent, timeOfDay } from './units.ts'

/** A line about the process, an empty one, and a table of routes in `width` columns. */
export function topLines(look: Look, { path, width }: { readonly path: string; readonly width: number }): Line[] {
  const { service, pid, state, at, uptimeMs, windowMs, isOfKeptOnly, loopDelayMaxMs, rssBytes } = look
  const notes = [
    ...(isOfKeptOnly ? ['of kept films only'] : []),
    ...(rssBytes === undefined ? [] : [`memory ${bytes(rssBytes)}`]),
    ...(loopDelayMaxMs === undefined ? [] : [`event loop late by ${duration(loopDelayMaxMs * 1e6)} at most`]),
  ]
  const head: Line = [
    timeOfDay(at),
    '  ',
    styled('bold', service),
    ` (pid ${pid}, ${state}, up ${duration(uptimeMs * 1e6)})  ${path}`,
  ]
  return [
    head,
    [styled('dim', [`now: the last ${duration(windowMs * 1e6)}`, ...notes].join('  '))],
    [],
    ...(look.routes.length === 0
      ? [[styled('dim', isOfKeptOnly ? 'no request was kept' : 'no request yet')]]
      : table(COLUMNS, look.routes, width)),
  ]
}

const COLUMNS: readonly Column<Route>[] = [
  { title: 'NOW/S', align: 'right', cell: ({ now }) => [rate(now)] },
  { title: 'FAILED', align: 'right', cell: ({ now }) => failed(now) },
  { title: 'P50', align: 'right', cell: ({ now }) => [took(now?.p50Ms)] },
  { title: 'P99', align: 'right', cell: ({ now }) => [took(now?.p99Ms)] },
  { title: 'ALL', align: 'right', expendable: 1, cell: ({ all }) => [styled('dim', count(all.count))] },
  { title: 'ALL/S', align: 'right', expendable: 4, cell: ({ all }) => [styled('dim', rate(all))] },
  { title: 'ALL FAILED', align: 'right', expendable: 2, cell: ({ all }) => failed(all) },
  { title: 'ALL P50', align: 'right', expendable: 3, cell: ({ all }) => [styled('dim', took(all.p50Ms))] },
  { title: 'ALL P99', align: 'right', expendable: 3, cell: ({ all }) => [styled('dim', took(all.p99Ms))] },
  { title: 'ROUTE', gives: true, cell: ({ route }) => [route] },
]

function rate(figures: RouteFigures | undefined): string {
  return figures === undefined ? '-' : figures.perSecond.toFixed(figures.perSecond < 99.95 ? 1 : 0)
}

function failed(figures: RouteFigures | undefined): Line {
  if (figures === undefined) return ['-']
  return figures.errors === 0 ? [styled('dim', '0')] : [styled('red', percent(figures.errors / figures.count))]
}

function took(ms: number | undefined): string {
  return ms === undefined ? '-' : duration(ms * 1e6)
}
