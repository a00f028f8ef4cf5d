/** Films that an event of another film caused, as ids. */

import { type FilmId, type NodeId, seq, type SpanId, spanIdOf } from '@cinescope/protocol'
import type { StoredLink } from '../../store/sqlite/part-writer.ts'

/** A film and what caused it. Wall times in ms, each by the clock of its own process. */
export interface FilmLink {
  readonly film: FilmId
  readonly node: NodeId
  readonly from: SpanId
  readonly fromNode: NodeId
  /** The film it is told with; itself where it stands alone. */
  readonly outer: FilmId
  readonly outerNode: NodeId
  readonly sent: number
  readonly ended: number | undefined
  readonly received: number
}

/** Stored links as ids; those of parts that are not there are left out. `nodes` are by part. */
export function linksOf(stored: readonly StoredLink[], nodes: readonly NodeId[]): readonly FilmLink[] {
  return stored.flatMap((link) => {
    const [node, fromNode, outerNode] = [nodes[link.part], nodes[link.fromPart], nodes[link.filmPart]]
    if (node === undefined || fromNode === undefined || outerNode === undefined) return []
    const { sent, ended, received } = link
    const film = idOf(node, link.number)
    const outer = idOf(outerNode, link.filmNumber)
    return [{ film, node, from: idOf(fromNode, link.fromNumber), fromNode, outer, outerNode, sent, ended, received }]
  })
}

function idOf(node: NodeId, number: number): SpanId {
  return spanIdOf(node, { thread: Math.floor(number / 2 ** 40), seq: seq(number % 2 ** 40) })
}
