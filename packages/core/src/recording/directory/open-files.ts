/** The recordings of a directory: found anew for each question, opened when first needed, at most so many open at once. */

import { CinescopeError, type NodeId } from '@cinescope/protocol'
import { SourceReader } from '../../query/reading.ts'
import type { EventSource } from '../../store/event-store.ts'
import { completenessOf, type Completeness, isMoreComplete } from './completeness.ts'

/** Recordings that are kept open between questions. */
const MAX_OPEN = 32
/** Files of one directory that are read; the newest. */
const MAX_FILES = 1000

/** One process's recording: a file, or a part of one that holds several. */
export interface Member {
  readonly path: string
  readonly part: number
  readonly node: NodeId
  /** Tells the file from another one that has taken its place. */
  readonly identity: string
}

/** A recording that can be asked. */
export interface OpenFile extends Member {
  readonly reader: SourceReader
}

/** A file that cannot be asked, and why. */
export interface UnreadFile {
  readonly path: string
  readonly error: CinescopeError
}

/** What a directory holds at one instant. */
export interface Listing {
  /** The newest start first, one for each process. */
  readonly members: readonly Member[]
  /** Files that cannot be read, and copies of what another file holds more completely. */
  readonly unread: readonly UnreadFile[]
  /** Files beyond the newest 1,000, which are left out. */
  readonly beyond: number
}

/** Where recordings are found; each throws what is wrong. */
export interface Shelf {
  /** Nothing is ever added to it. */
  readonly isFixed?: boolean
  /** The newest start first. */
  paths(): readonly string[]
  /** Tells a file from another that comes to its path; throws where there is none. */
  identity(path: string): string
  /** The processes of a file by part. */
  nodes(path: string): readonly NodeId[]
  open(path: string, part: number): EventSource
}

interface Entry extends OpenFile {
  readonly source: EventSource
  /** Questions that use it now; it is not closed under them. */
  users: number
}

/** Whose recordings a file holds, by part, as long as it is that file. */
interface Contents {
  readonly identity: string
  readonly nodes: readonly NodeId[]
}

const NOTHING: Contents = { identity: '', nodes: [] }

/** See above; whoever made it closes it. */
export class OpenFiles {
  readonly #shelf: Shelf
  /** In order of their last use. */
  readonly #entries = new Map<string, Entry>()
  /** By path. */
  #contents = new Map<string, Contents>()
  #isClosed = false

  constructor(shelf: Shelf) {
    this.#shelf = shelf
  }

  /** No recording will come that is not there now. */
  get areFixed(): boolean {
    return this.#shelf.isFixed === true
  }

  /** What is there now: processes may have started since. @throws CSC_ERR_NO_RECORDING when the directory is gone */
  async listing(): Promise<Listing> {
    const paths = this.#listed()
    const unread: UnreadFile[] = []
    const read = paths.slice(0, MAX_FILES)
    const contents = new Map(read.map((path) => [path, this.#contentsOf(path, unread)]))
    // one that could not be read may be whole the next time
    this.#contents = new Map(Array.from(contents).filter(([, { nodes }]) => nodes.length > 0))
    this.#closeReplaced()
    const best = new Map<NodeId, Member>()
    for (const [path, { identity, nodes }] of contents) {
      for (const [part, node] of nodes.entries()) {
        const member = { path, part, node, identity }
        const other = best.get(node)
        if (other === undefined) best.set(node, member)
        else best.set(node, await this.#moreComplete(other, member, unread))
      }
    }
    return { members: Array.from(best.values()), unread, beyond: Math.max(0, paths.length - MAX_FILES) }
  }

  /** Runs `use` on a recording, opened if need be. @throws what opening it throws, CSC_ERR_STOPPED */
  async with<T>(member: Member, use: (file: OpenFile, source: EventSource) => Promise<T>): Promise<T> {
    if (this.#isClosed) throw new CinescopeError('CSC_ERR_STOPPED', 'the recording has been closed')
    const key = keyOf(member)
    const entry = this.#entries.get(key) ?? this.#enter(member)
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    entry.users++
    try {
      return await use(entry, entry.source)
    } finally {
      entry.users--
      this.#closeIdle(this.#isClosed ? 0 : MAX_OPEN)
    }
  }

  /** Closes all; what is being read now, when that has ended. */
  close(): void {
    this.#isClosed = true
    this.#closeIdle(0)
  }

  #listed(): readonly string[] {
    if (this.#isClosed) throw new CinescopeError('CSC_ERR_STOPPED', 'the recording has been closed')
    try {
      return this.#shelf.paths()
    } catch (cause) {
      throw new CinescopeError('CSC_ERR_NO_RECORDING', 'the directory of recordings cannot be listed any more', {
        cause,
      })
    }
  }

  #contentsOf(path: string, unread: UnreadFile[]): Contents {
    try {
      const identity = this.#shelf.identity(path)
      const known = this.#contents.get(path)
      return known?.identity === identity ? known : { identity, nodes: this.#shelf.nodes(path) }
    } catch (thrown) {
      if (!(thrown instanceof CinescopeError)) throw thrown
      unread.push({ path, error: thrown })
      return NOTHING
    }
  }

  /** Of two recordings of one process start; the other is noted as left out. */
  async #moreComplete(a: Member, b: Member, unread: UnreadFile[]): Promise<Member> {
    const [first, second] = [await this.#completeness(a), await this.#completeness(b)]
    const [more, less] = isMoreComplete(second, first) ? [b, a] : [a, b]
    const areExtracts = first?.isExtract === true && second?.isExtract === true
    const message = areExtracts
      ? `${less.path} is another extract of process ${less.node} than ${more.path}, which is read; a merge of them holds both`
      : `${less.path} is of process ${less.node} as ${more.path} is, which tells more and is read; a merge of them holds what either has`
    unread.push({ path: less.path, error: new CinescopeError('CSC_ERR_FORMAT', message) })
    return more
  }

  async #completeness(member: Member): Promise<Completeness | undefined> {
    try {
      return await this.with(member, (_file, source) => completenessOf(source))
    } catch (thrown) {
      // it is asked all the same if it is the only one left, and then says what is wrong
      if (!(thrown instanceof CinescopeError) || thrown.code === 'CSC_ERR_STOPPED') throw thrown
      return undefined
    }
  }

  #enter(member: Member): Entry {
    const source = this.#shelf.open(member.path, member.part)
    if (source.process.node !== member.node) {
      source.close()
      throw new CinescopeError('CSC_ERR_NO_RECORDING', `${member.path} has been replaced by another recording`)
    }
    return { ...member, source, reader: new SourceReader(source), users: 0 }
  }

  /** A file that has gone would take room on the disk for as long as it is open. */
  #closeReplaced(): void {
    for (const [key, { path, identity, users, source }] of this.#entries) {
      if (users > 0 || this.#contents.get(path)?.identity === identity) continue
      this.#entries.delete(key)
      source.close()
    }
  }

  #closeIdle(most: number): void {
    for (const [key, entry] of this.#entries) {
      if (this.#entries.size <= most) return
      if (entry.users > 0) continue
      this.#entries.delete(key)
      entry.source.close()
    }
  }
}

function keyOf({ path, part, identity }: Member): string {
  return `${part}/${identity}/${path}`
}
