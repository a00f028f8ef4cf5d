/** A frame as a screen shows it. */

import type { CinescopeEvent, EntityState, Frame } from '@cinescope/core'
import { eventLabel, eventPlace, eventValues } from './event-label.ts'
import { doubts } from './state-change.ts'
import { type Line, type Style, styled } from './styled.ts'
import { count, dateOf, duration, timeOfDay } from './units.ts'
import { inline, lines } from './value-text.ts'

const MARKS = { begin: ['▶', 'green'], end: ['■', 'cyan'], point: ['•', 'yellow'] } as const
/** Lines of one state that are shown among others. */
const MOST_STATE_LINES = 12
const NS_PER_MS = 1e6

/** What happened, then what there was after it. */
export function frameLines(frame: Frame, width: number): Line[] {
  return [
    stepLine(frame),
    ...valueLines(frame, width),
    [],
    ...openLines(frame, width),
    ...stateLines(frame.states, width),
    ...flightLines(frame),
  ]
}

function stepLine({ at, phase, event }: Frame): Line {
  const [mark, style]: readonly [string, Style] = MARKS[phase]
  const micros = String(Math.floor((at % 1) * 1000)).padStart(3, '0')
  const took = phase === 'end' && event.durationNs !== undefined ? `  after ${duration(event.durationNs)}` : ''
  const failed = phase !== 'begin' && event.error ? [styled('red', ' ✗')] : []
  const place = eventPlace(event)
  return [
    styled('dim', dateOf(at)),
    ` ${timeOfDay(at)}`,
    styled('dim', micros),
    '  ',
    styled(style, mark),
    ' ',
    styled('bold', eventLabel(event)),
    styled('dim', `  ${event.kind} ${phase === 'point' ? '' : phase}`.trimEnd()),
    ...failed,
    took,
    ...(place === undefined ? [] : [styled('dim', `  ${place}`)]),
  ]
}

function valueLines({ event, phase }: Frame, width: number): Line[] {
  const shown = phase === 'end' ? event.result : event.value
  if (shown === undefined || eventValues(event) === '') return []
  return lines(shown, Math.max(40, width - 2))
    .slice(0, MOST_STATE_LINES)
    .map((line) => [styled('dim', `  ${line}`)])
}

function openLines({ open, openCount, at }: Frame, width: number): Line[] {
  if (openCount === 0) return [[styled('dim', 'nothing is under way')]]
  const depths = depthsOf(open)
  const more = openCount - open.length
  return [
    [styled('bold', `under way: ${count(openCount)}`)],
    ...open.map((span): Line => {
      const values = eventValues(span)
      return [
        '  ',
        '  '.repeat(Math.min(20, depths.get(span.id) ?? 0)),
        eventLabel(span),
        styled('dim', `  ${span.kind}  ${duration(Math.max(0, (at - span.at) * NS_PER_MS))}`),
        ...(values === '' ? [] : [styled('dim', `  ${values.slice(0, width)}`)]),
      ]
    }),
    ...(more > 0 ? [[styled('dim', `  and ${count(more)} more`)]] : []),
  ]
}

/** How many of the others each is inside of. */
function depthsOf(open: readonly CinescopeEvent[]): ReadonlyMap<string, number> {
  const depths = new Map<string, number>()
  // parents begin before their children
  for (const { id, parent } of open) {
    const outer = parent === undefined ? undefined : depths.get(parent)
    depths.set(id, outer === undefined ? 0 : outer + 1)
  }
  return depths
}

function stateLines(states: readonly EntityState[], width: number): Line[] {
  if (states.length === 0) return []
  return [
    [],
    [styled('bold', 'states')],
    ...states.flatMap((state): Line[] => {
      const { entity } = state
      const shown = lines(state.state, Math.max(40, width - 6))
      const name: Line = ['  ', styled('cyan', `${entity.kind} ${entity.id}`)]
      const told = doubts(state).map((text): Line => [styled('yellow', `    ${text}`)])
      if (shown.length === 1) return [[...name, `  ${shown[0] ?? ''}`], ...told]
      const cut = shown.length > MOST_STATE_LINES ? [[styled('dim', `    … ${shown.length} lines`)]] : []
      return [name, ...shown.slice(0, MOST_STATE_LINES).map((line): Line => [`    ${line}`]), ...cut, ...told]
    }),
  ]
}

function flightLines({ inFlight }: Frame): Line[] {
  if (inFlight.length === 0) return []
  return [
    [],
    [styled('bold', 'messages under way')],
    ...inFlight.map(({ sent, underWayNs }): Line => [
      `  ${eventLabel(sent)}`,
      styled('dim', `  ${duration(underWayNs)}  ${inline(sent.value, 200)}`),
    ]),
  ]
}
