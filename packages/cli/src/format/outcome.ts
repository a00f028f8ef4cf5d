/** How a film or an event went, in words and colour. */

import type { CinescopeEvent, FilmSummary } from '@cinescope/protocol'
import { type Line, type Piece, type Style, styled } from './styled.ts'

/** Status and what is out of the ordinary: `200`, `500 error`, `aborted`, `unfinished`, `thinned`. */
export function filmOutcome(film: FilmSummary): Line {
  const words: Piece[] = []
  if (film.status !== 0) words.push(styled(styleOfStatus(film.status), String(film.status)))
  if (film.error) words.push(styled('red', 'error'))
  if (film.aborted) words.push(styled('yellow', 'aborted'))
  if (film.durationNs === undefined) words.push(styled('yellow', 'unfinished'))
  if (film.decidedEarly) words.push(styled('yellow', 'decided early'))
  if (words.length === 0) words.push(styled('green', 'ok'))
  if (film.thinned) words.push(styled('dim', 'thinned'))
  return spaced(words)
}

/** What is out of the ordinary about an event. */
export function eventMarks(event: CinescopeEvent): readonly Piece[] {
  const marks: Piece[] = []
  if (event.error && event.kind !== 'error') marks.push(styled('red', '✗'))
  if (event.aborted) marks.push(styled('yellow', 'aborted'))
  if (event.open) marks.push(styled('yellow', '(unfinished)'))
  if (event.synthetic && event.kind !== 'gap') marks.push(styled('yellow', '(begin lost)'))
  if (event.parentCertainty === 'inferred') marks.push(styled('yellow', '(parent inferred)'))
  if (event.parentCertainty === 'orphan' && event.film !== event.id)
    marks.push(styled('yellow', '(orphan: parent unknown)'))
  return marks
}

/** Pieces with a space between. */
export function spaced(pieces: readonly (Piece | string)[]): Line {
  return pieces.flatMap((piece, index) => (index === 0 ? [piece] : [' ', piece]))
}

/** Colour of an HTTP status. */
export function styleOfStatus(status: number): Style {
  if (status >= 500) return 'red'
  return status >= 400 ? 'yellow' : 'green'
}
