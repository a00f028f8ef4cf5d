/** Where two films part, as lines. */

import { assertNever, type DiffEvent, type Divergence } from '@cinescope/protocol'
import { type Line, styled } from './styled.ts'
import { counted, duration } from './units.ts'
import { inline } from './value-text.ts'

/** Columns of a value where the output is no terminal. */
const VALUE_WIDTH = 60

/** One line for the event, one for each change. */
export function divergenceLines(divergence: Divergence, width: number): Line[] {
  switch (divergence.kind) {
    case 'only': {
      const { film, event, events } = divergence
      const more = events === 1 ? '' : `, with ${counted(events - 1, 'event')} inside`
      const what = film === 'a' ? styled('red', '-') : styled('green', '+')
      return [[what, ' ', ...named(event), styled('dim', `  only in ${film.toUpperCase()}${more}`)]]
    }
    case 'changed': {
      const { a, phase, changes, isCut } = divergence
      const room = Number.isFinite(width) ? Math.max(8, Math.floor((width - 30) / 2)) : VALUE_WIDTH
      return [
        [styled('yellow', '~'), ' ', ...named(a), styled('dim', phase === 'begin' ? '  at its begin' : '  at its end')],
        ...changes.map(({ path, a: was, b: is }) => [
          `${indent(a)}      ${path}  `,
          styled('red', inline(was, room)),
          ' → ',
          styled('green', inline(is, room)),
        ]),
        ...(isCut ? [[styled('dim', `${indent(a)}      and more`)]] : []),
      ]
    }
    default:
      return assertNever(divergence)
  }
}

function named(event: DiffEvent): Line {
  const since = duration(event.sinceNs).padStart(9)
  return [
    styled('dim', since),
    `  ${indent(event)}`,
    styled('cyan', event.kind),
    event.name === event.kind ? '' : ` ${event.name}`,
  ]
}

/** A film of a hostile recording may be deep. */
function indent({ depth }: DiffEvent): string {
  return '  '.repeat(Math.min(depth, 20))
}
