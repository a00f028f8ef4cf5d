/** What a question to a directory of recordings is answered from. */

import { CinescopeError, type EventFilter, type NodeId, type WallMs } from '@cinescope/protocol'
import type { Ground } from '../../query/causality/ground.ts'
import type { QueryControl, Reading } from '../../query/reading.ts'
import { QUERIES } from '../queries.ts'
import type { Method, Recording } from '../recording.ts'
import { directoryGround } from './directory-ground.ts'
import type { Listing, Member, OpenFiles, UnreadFile } from './open-files.ts'
import { isUnreadable } from './unreadable.ts'

/** What one recording of the directory answered. */
export interface Part<T> {
  readonly node: NodeId
  readonly path: string
  readonly answer: T
}

/** How recordings that lie together are told as one. */
export interface Union {
  /** By which what happened in several processes is ordered. */
  readonly instantOf: InstantOf
  /** What is asked of a process where a filter is asked of all: nothing, or one filter after another. */
  filtersOf(node: NodeId, where: EventFilter | undefined): readonly (EventFilter | undefined)[]
}

/** The instant of something that happened in a process, comparable with those of other processes. */
export type InstantOf = (node: NodeId, happened: { readonly at: WallMs }) => number

const SIDE_BY_SIDE: Union = { instantOf: (_node, { at }) => at, filtersOf: (_node, where) => [where] }

/** All recordings of a directory, for one question. */
export class Directory {
  /** Files that could not be read, or hold nothing that another does not hold. */
  readonly unread: UnreadFile[] = []
  readonly #union: Union
  readonly #files: OpenFiles
  readonly #control: QueryControl
  #listed: Promise<Listing> | undefined

  constructor(files: OpenFiles, control: QueryControl, union: Union = SIDE_BY_SIDE) {
    this.#files = files
    this.#control = control
    this.#union = union
  }

  /** By which what happened in several processes is ordered. */
  get instantOf(): InstantOf {
    return this.#union.instantOf
  }

  /** No recording will come that is not there now. */
  get isFixed(): boolean {
    return this.#files.areFixed
  }

  /** What there is, the same throughout the question. @throws CSC_ERR_NO_RECORDING, CSC_ERR_STOPPED */
  listing(): Promise<Listing> {
    this.#listed ??= this.#files.listing().then((listing) => {
      this.unread.push(...listing.unread)
      return listing
    })
    return this.#listed
  }

  /**
   * Asks each recording in turn, the newest start first, until `isEnough`; those for which `args` gives undefined are not asked.
   * One that does not hold what was asked for is passed over; one that cannot be read is noted in `unread`. @throws the first failure when no recording can be read
   */
  async ask<M extends Method>(
    method: M,
    args: Parameters<Recording[M]> | ((node: NodeId) => Parameters<Recording[M]> | undefined),
    isEnough: (answer: Awaited<ReturnType<Recording[M]>>) => boolean = () => false,
  ): Promise<Part<Awaited<ReturnType<Recording[M]>>>[]> {
    // the table gives each question's own answer
    const query = QUERIES[method] as (...all: readonly unknown[]) => Promise<Awaited<ReturnType<Recording[M]>>>
    return this.each((node) => {
      const own = typeof args === 'function' ? args(node) : args
      return own === undefined ? undefined : (reading) => query(reading, ...own)
    }, isEnough)
  }

  /** The same with any computation; recordings for which there is none are not asked. */
  async each<T>(
    askOf: (node: NodeId) => ((reading: Reading) => Promise<T>) | undefined,
    isEnough: (answer: T) => boolean = () => false,
  ): Promise<Part<T>[]> {
    const parts: Part<T>[] = []
    const { members } = await this.listing()
    let failed = 0
    for (const member of members) {
      const ask = askOf(member.node)
      if (ask === undefined) continue
      const part = await this.#askMember(member, ask)
      if (part === 'unread') failed++
      if (part === undefined || part === 'unread') continue
      parts.push(part)
      if (isEnough(part.answer)) break
    }
    if (failed === members.length && this.unread[0] !== undefined) throw this.unread[0].error
    return parts
  }

  /** The same with a computation for all that a filter means in a recording. */
  async eachFilter<T>(
    where: EventFilter | undefined,
    ask: (reading: Reading, where: EventFilter | undefined) => Promise<T>,
  ): Promise<Part<T>[]> {
    const parts = await this.each((node) => {
      const own = this.#union.filtersOf(node, where)
      return own.length === 0
        ? undefined
        : async (reading) => {
            const answers: T[] = []
            for (const filter of own) answers.push(await ask(reading, filter))
            return answers
          }
    })
    return parts.flatMap(({ node, path, answer }) => answer.map((each) => ({ node, path, answer: each })))
  }

  /** Asks one recording. @throws what opening it throws */
  one<T>(member: Member, ask: (reading: Reading) => Promise<T>): Promise<T> {
    return this.#files.with(member, ({ reader }) => ask(reader.reading(this.#control)))
  }

  /** For a question that goes from one recording to another. */
  ground(): Ground {
    return directoryGround(this.#files, () => this.listing(), this.#control)
  }

  async #askMember<T>(member: Member, ask: (reading: Reading) => Promise<T>): Promise<Part<T> | 'unread' | undefined> {
    const { path, node } = member
    try {
      const answer = await this.#files.with(member, ({ reader }) => ask(reader.reading(this.#control)))
      return { node, path, answer }
    } catch (thrown) {
      if (thrown instanceof CinescopeError && thrown.code === 'CSC_ERR_NOT_FOUND') return undefined
      if (!isUnreadable(thrown)) throw thrown
      this.unread.push({ path, error: thrown })
      return 'unread'
    }
  }
}
