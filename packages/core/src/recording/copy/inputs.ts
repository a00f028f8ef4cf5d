/** The recordings that a copy is made of: what is at some paths, by process. */

import { statSync } from 'node:fs'
import { CinescopeError, type NodeId } from '@cinescope/protocol'
import { nodesIn } from '../../store/sqlite/nodes-in.ts'
import { MAX_PARTS } from '../../store/sqlite/parts.ts'
import { PartReader } from '../../store/sqlite/part-reader.ts'
import { findRecording, recordingsIn } from '../open-recording.ts'

/** A file of a directory that is left out, and why. */
export interface LeftOut {
  readonly path: string
  readonly error: CinescopeError
}

/** Recordings of one process start, of which the first tells furthest. */
export interface ProcessInputs {
  readonly node: NodeId
  readonly readers: readonly PartReader[]
}

/** What there is; whoever made it closes it. */
export class Inputs implements Disposable {
  readonly paths: readonly string[]
  readonly leftOut: LeftOut[] = []
  /** By the wall clock of their begin, then by node. */
  readonly processes: readonly ProcessInputs[]
  readonly #readers: PartReader[] = []

  /** Files, and all recordings of directories. @throws as `openRecording`; a file of a directory that cannot be read is left out */
  constructor(places: readonly string[]) {
    try {
      this.paths = Array.from(new Set(places.flatMap((place) => this.#enter(place))))
      const byNode = Map.groupBy(this.#readers, ({ node }) => node)
      if (byNode.size > MAX_PARTS)
        throw new CinescopeError(
          'CSC_ERR_LIMIT',
          `one file holds ${MAX_PARTS} processes at most, and there are ${byNode.size}`,
        )
      this.processes = Array.from(byNode, ([node, readers]) => ({
        node,
        readers: readers.toSorted(furthestFirst),
      })).toSorted(
        (a, b) => a.readers[0]!.process().beganMs - b.readers[0]!.process().beganMs || (a.node < b.node ? -1 : 1),
      )
    } catch (thrown) {
      this[Symbol.dispose]()
      throw thrown
    }
  }

  [Symbol.dispose](): void {
    for (const reader of this.#readers) reader.close()
  }

  #enter(place: string): readonly string[] {
    findRecording(place)
    if (!statSync(place).isDirectory()) {
      this.#open(place)
      return [place]
    }
    return recordingsIn(place).filter((path) => {
      try {
        this.#open(path)
        return true
      } catch (thrown) {
        if (!(thrown instanceof CinescopeError)) throw thrown
        this.leftOut.push({ path, error: thrown })
        return false
      }
    })
  }

  #open(path: string): void {
    for (const [part, node] of nodesIn(path).entries()) this.#readers.push(new PartReader(path, part, node))
  }
}

/** The one that accounts for more; of two that do so alike, one that was closed, then one that holds more. Whole recordings before extracts. */
function furthestFirst(a: PartReader, b: PartReader): number {
  const [x, y] = [told(a), told(b)]
  return (
    Number(a.isExtract) - Number(b.isExtract) ||
    y.all - x.all ||
    Number(b.process().isClosed) - Number(a.process().isClosed) ||
    y.stored - x.stored
  )
}

function told(reader: PartReader): { readonly all: number; readonly stored: number } {
  let [all, stored] = [0, 0]
  for (const { reason, count } of reader.ledger()) {
    all += count
    if (reason === 'stored') stored += count
  }
  return { all, stored }
}
