/** Lines of a film's timeline: when, how long, a bar, and what, indented by what it happened inside. */

import type { CinescopeEvent, FilmSummary } from '@cinescope/protocol'
import type { TreeRow } from './film-tree.ts'
import { bar } from './format/bar.ts'
import { errorChain } from './format/error-text.ts'
import { eventLabel, eventPlace } from './format/event-label.ts'
import { eventMarks, spaced, styleOfStatus } from './format/outcome.ts'
import { type Line, type Piece, type Style, styled } from './format/styled.ts'
import { duration } from './format/units.ts'
import { lines as valueLines } from './format/value-text.ts'

/** How a timeline is drawn. */
export interface TimelineOptions {
  /** Columns; Infinity where there is no terminal. */
  readonly width: number
  /** Show attributes, arguments, results, bodies and whole stacks. */
  readonly values: boolean
  /** Spans by which the film entered another process, and which. */
  readonly entered?: ReadonlyMap<string, string>
}

const NUMBER = 9
const DEEPEST = 40
const COLORS: Readonly<Record<string, Style>> = {
  error: 'red',
  gap: 'yellow',
  log: 'plain',
  attribute: 'magenta',
  'state.snapshot': 'magenta',
  'state.patch': 'magenta',
}

/** Title line, then one line or more an event. */
export function timeline(rows: readonly TreeRow[], film: FilmSummary, options: TimelineOptions): Line[] {
  const end = rows.reduce((last: number, { event }) => Math.max(last, event.atNs + (event.durationNs ?? 0)), film.atNs)
  const span = Math.max(1, film.durationNs ?? end - film.atNs)
  const barWidth =
    options.width === Infinity ? 24 : options.width < 60 ? 0 : Math.min(32, Math.floor(options.width / 4))
  const kindWidth = rows.reduce((most, { event }) => Math.max(most, event.kind.length), 0)
  const title = `${'START'.padStart(NUMBER)}${'DURATION'.padStart(NUMBER + 2)}  ${' '.repeat(barWidth)}  WHAT`
  const body = rows.flatMap((row) => {
    const { event, depth } = row
    const begin = event.atNs - film.atNs
    const length = event.durationNs ?? (event.open ? span - begin : undefined)
    const color =
      event.error || event.kind === 'error' ? 'red' : event.open ? 'yellow' : length === undefined ? 'plain' : 'cyan'
    const head: Line = [
      duration(Math.max(0, begin)).padStart(NUMBER),
      (event.durationNs === undefined ? '' : duration(event.durationNs)).padStart(NUMBER + 2),
      '  ',
      styled(color, bar(begin / span, length === undefined ? undefined : length / span, barWidth)),
      '  ',
    ]
    const indent = '  '.repeat(Math.min(depth, DEEPEST)) + (depth > DEEPEST ? `(${depth}) ` : '')
    const under = ' '.repeat(options.width < 110 ? NUMBER : NUMBER * 2 + 2 + barWidth + 4) + indent + '  '
    const entered = options.entered?.get(event.id)
    const into = entered === undefined ? [] : [styled('magenta', `in ${entered}: `)]
    return [[...head, indent, ...into, ...what(row, kindWidth)], ...details(event, options, under)]
  })
  return [[styled('dim', title)], ...body]
}

/** Kind, name, status, marks, source place. */
function what({ event, parentMissing }: TreeRow, kindWidth: number): Line {
  const isPoint = event.durationNs === undefined && !event.open
  const color = COLORS[event.kind] ?? 'plain'
  const pieces: (Piece | string)[] = [styled('dim', event.kind.padEnd(Math.min(kindWidth, 10)))]
  pieces.push(styled(color, eventLabel(event)))
  if (event.kind === 'request' && event.number > 0)
    pieces.push(styled(styleOfStatus(event.number), String(event.number)))
  pieces.push(...eventMarks(event))
  if (parentMissing) pieces.push(styled('yellow', `(its parent ${event.parent ?? ''} is not in the recording)`))
  const place = eventPlace(event)
  if (place !== undefined && !isPoint) pieces.push(styled('dim', ` ${place}`))
  return spaced(pieces)
}

function details(event: CinescopeEvent, options: TimelineOptions, under: string): Line[] {
  const shown: Line[] = []
  if (event.kind === 'error') shown.push(...errorLines(event.value, options.values))
  else if (options.values && (event.kind !== 'attribute' || event.site !== undefined))
    shown.push(...valueBlock('in', event.value, options, under), ...valueBlock('out', event.result, options, under))
  return shown.map((line) => [under, ...line])
}

/** Place and causes; with values every frame. */
function errorLines(value: unknown, everyFrame: boolean): Line[] {
  return errorChain(value).flatMap(({ message, place, frames }, index) => [
    ...(index === 0 ? [] : [[styled('red', `caused by ${message}`)]]),
    ...(everyFrame ? frames : place === undefined ? [] : [place]).map((frame) => [styled('dim', `at ${frame}`)]),
  ])
}

function valueBlock(label: string, value: unknown, { width }: TimelineOptions, under: string): Line[] {
  if (value === undefined) return []
  const room = width === Infinity ? 100 : Math.max(20, width - under.length - label.length - 2)
  return valueLines(value, room).map((text, index) => [
    styled('dim', index === 0 ? `${label.padStart(3)}  ` : '     '),
    styled('dim', text),
  ])
}
