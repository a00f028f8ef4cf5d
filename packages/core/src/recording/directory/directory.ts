/** What a question to a directory of recordings is answered from. */

import { CinescopeError, type NodeId } from '@cinescope/protocol'
import type { QueryControl, Reading } from '../../query/reading.ts'
import { QUERIES } from '../queries.ts'
import type { Method, Recording } from '../recording.ts'
import type { OpenFiles, UnreadFile } from './open-files.ts'

/** What one recording of the directory answered. */
export interface Part<T> {
  readonly node: NodeId
  readonly path: string
  readonly answer: T
}

/** All recordings of a directory, for one question. */
export class Directory {
  /** Recordings that could not be read, or are a copy of one that was. */
  readonly unread: UnreadFile[] = []
  readonly #files: OpenFiles
  readonly #control: QueryControl

  constructor(files: OpenFiles, control: QueryControl) {
    this.#files = files
    this.#control = control
  }

  /** Recordings that are left out because there are too many. */
  get beyond(): number {
    return this.#files.listing().beyond
  }

  /**
   * Asks each recording in turn, the newest start first, until `isEnough`; those for which `args` gives undefined are not asked. One that does not hold what was asked for is passed
   * over; one that cannot be read is noted in `unread`. @throws the first failure when no recording can be read
   */
  async ask<M extends Method>(
    method: M,
    args: Parameters<Recording[M]> | ((node: NodeId) => Parameters<Recording[M]> | undefined),
    isEnough: (answer: Awaited<ReturnType<Recording[M]>>) => boolean = () => false,
  ): Promise<Part<Awaited<ReturnType<Recording[M]>>>[]> {
    const parts: Part<Awaited<ReturnType<Recording[M]>>>[] = []
    const nodes = new Set<NodeId>()
    for (const path of this.#files.listing().paths) {
      const part = await this.#askFile(path, nodes, method, typeof args === 'function' ? args : () => args)
      if (part === undefined) continue
      parts.push(part)
      if (isEnough(part.answer)) break
    }
    if (nodes.size === 0 && this.unread[0] !== undefined) throw this.unread[0].error
    return parts
  }

  /** Paths of the recordings there are now, the newest start first. */
  get paths(): readonly string[] {
    return this.#files.listing().paths
  }

  /** Asks one recording. @throws what opening it throws */
  one<T>(path: string, ask: (reading: Reading, node: NodeId) => Promise<T>): Promise<T> {
    return this.#files.with(path, ({ reader, node }) => ask(reader.reading(this.#control), node))
  }

  /** Recordings there are now, unreadable ones included. */
  get size(): number {
    return this.#files.listing().paths.length
  }

  #answer<M extends Method>(
    path: string,
    method: M,
    args: Parameters<Recording[M]>,
  ): Promise<Awaited<ReturnType<Recording[M]>>> {
    // the table gives each question's own answer
    const query = QUERIES[method] as (...all: readonly unknown[]) => Promise<Awaited<ReturnType<Recording[M]>>>
    return this.#files.with(path, ({ reader }) => query(reader.reading(this.#control), ...args))
  }

  async #askFile<M extends Method>(
    path: string,
    nodes: Set<NodeId>,
    method: M,
    argsOf: (node: NodeId) => Parameters<Recording[M]> | undefined,
  ): Promise<Part<Awaited<ReturnType<Recording[M]>>> | undefined> {
    try {
      const node = await this.#files.with(path, async (file) => file.node)
      if (nodes.has(node))
        throw new CinescopeError('CSC_ERR_FORMAT', `${path} is a copy of a newer recording in the same directory`)
      const args = argsOf(node)
      nodes.add(node)
      if (args === undefined) return undefined
      const answer = await this.#answer(path, method, args)
      return { node, path, answer }
    } catch (thrown) {
      if (!isOfOneFile(thrown)) {
        if (thrown instanceof CinescopeError && thrown.code === 'CSC_ERR_NOT_FOUND') return undefined
        throw thrown
      }
      this.unread.push({ path, error: thrown })
      return undefined
    }
  }
}

/** True for what is the fault of one file, and no reason to refuse an answer from the others. */
export function isOfOneFile(thrown: unknown): thrown is CinescopeError {
  return thrown instanceof CinescopeError && UNREADABLE.has(thrown.code)
}

const UNREADABLE: ReadonlySet<string> = new Set([
  'CSC_ERR_NO_RECORDING',
  'CSC_ERR_FORMAT',
  'CSC_ERR_HOSTILE',
  'CSC_ERR_CORRUPT',
  'CSC_ERR_LIMIT',
  'CSC_ERR_STORE',
])
