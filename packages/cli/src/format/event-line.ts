/** An event on a line of its own, for output that never ends: columns of fixed width, since what comes is not known. */

import type { CinescopeEvent } from '@cinescope/protocol'
import { eventLabel, eventValues } from './event-label.ts'
import { eventMarks, spaced } from './outcome.ts'
import { type Line, styled } from './styled.ts'
import { duration, timeOfDay } from './units.ts'

const DURATION_WIDTH = 8
const KIND_WIDTH = 14

/** Time of its begin, film, duration, kind, what it says of itself, its values. */
export function eventLine(event: CinescopeEvent): Line {
  const { at, film, durationNs, kind } = event
  const took = durationNs === undefined ? '-' : duration(durationNs)
  const values = eventValues(event)
  return [
    timeOfDay(at),
    '  ',
    styled('cyan', (film?.slice(0, 8) ?? '-').padEnd(8)),
    `  ${took.padStart(DURATION_WIDTH)}  `,
    styled('dim', kind.padEnd(KIND_WIDTH)),
    '  ',
    ...spaced([eventLabel(event), ...eventMarks(event)]),
    ...(values === '' ? [] : ['  ', styled('dim', values)]),
  ]
}
