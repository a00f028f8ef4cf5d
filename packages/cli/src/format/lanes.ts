/** Lanes of a timeline: a character for each column. */

import type { TileLane, Tiles } from '@cinescope/protocol'
import { height } from './shade.ts'
import { type Line, type Piece, styled } from './styled.ts'

const RUNNING = '─'

/** What happened in the lane: how much began, in red where something failed; a line where spans went on. */
export function strip(lane: TileLane, { columns, stepMs }: Tiles, most: number): Line {
  const marks = new Map(Array.from(lane.column, (column, i) => [column, i]))
  const pieces: Piece[] = []
  let runs = lane.carried
  for (let column = 0; column < columns; column++) {
    const mark = marks.get(column)
    if (mark !== undefined) runs = Math.max(runs, column + lane.longestMs[mark]! / stepMs)
    const [text, style] = look(lane, mark, column < runs, most)
    const last = pieces.at(-1)
    if (last?.style === style) pieces[pieces.length - 1] = styled(style, last.text + text)
    else pieces.push(styled(style, text))
  }
  return pieces
}

/** The most that began in one column of one lane. */
export function busiest({ lanes }: Tiles): number {
  return lanes.reduce((most, { counts }) => counts.reduce((high, each) => Math.max(high, each), most), 0)
}

function look(
  { counts, errorCounts }: TileLane,
  mark: number | undefined,
  isRunning: boolean,
  most: number,
): readonly [text: string, style: Piece['style']] {
  if (mark !== undefined) return [height(counts[mark]!, most), errorCounts[mark]! > 0 ? 'red' : 'cyan']
  return isRunning ? [RUNNING, 'dim'] : [' ', 'plain']
}
