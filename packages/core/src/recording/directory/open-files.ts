/** The files of a directory of recordings: found anew for each question, opened when first needed, at most so many open at once. */

import { CinescopeError, type NodeId } from '@cinescope/protocol'
import { SourceReader } from '../../query/reading.ts'
import type { EventSource } from '../../store/event-store.ts'

/** Files that are kept open between questions. */
const MAX_OPEN = 32
/** Files of one directory that are read; the newest. */
const MAX_FILES = 1000

/** A file that can be asked. */
export interface OpenFile {
  readonly path: string
  readonly node: NodeId
  readonly reader: SourceReader
}

/** A file that cannot be asked, and why. */
export interface UnreadFile {
  readonly path: string
  readonly error: CinescopeError
}

/** What a directory holds at one instant. */
export interface Listing {
  /** The newest start first. */
  readonly paths: readonly string[]
  /** Files beyond the newest 1,000, which are left out. */
  readonly beyond: number
}

interface Entry extends OpenFile {
  readonly source: EventSource
  /** Questions that use it now; it is not closed under them. */
  users: number
}

/** See above; whoever made it closes it. */
export class OpenFiles {
  readonly #list: () => readonly string[]
  readonly #open: (path: string) => EventSource
  /** In order of their last use. */
  readonly #entries = new Map<string, Entry>()
  #isClosed = false

  /** `list` gives the paths, the newest start first; `open` throws what is wrong with a file. */
  constructor(list: () => readonly string[], open: (path: string) => EventSource) {
    this.#list = list
    this.#open = open
  }

  /** What is there now: processes may have started since. @throws CSC_ERR_NO_RECORDING when the directory is gone */
  listing(): Listing {
    const paths = this.#listed()
    return { paths: paths.slice(0, MAX_FILES), beyond: Math.max(0, paths.length - MAX_FILES) }
  }

  /** Runs `use` on a file, opened if need be. @throws what opening it throws, CSC_ERR_STOPPED */
  async with<T>(path: string, use: (file: OpenFile) => Promise<T>): Promise<T> {
    if (this.#isClosed) throw new CinescopeError('CSC_ERR_STOPPED', 'the recording has been closed')
    const entry = this.#entries.get(path) ?? this.#enter(path)
    this.#entries.delete(path)
    this.#entries.set(path, entry)
    entry.users++
    try {
      return await use(entry)
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
    try {
      return this.#list()
    } catch (cause) {
      throw new CinescopeError('CSC_ERR_NO_RECORDING', 'the directory of recordings cannot be listed any more', {
        cause,
      })
    }
  }

  #enter(path: string): Entry {
    const source = this.#open(path)
    return { path, source, node: source.process.node, reader: new SourceReader(source), users: 0 }
  }

  #closeIdle(most: number): void {
    for (const [path, entry] of this.#entries) {
      if (this.#entries.size <= most) return
      if (entry.users > 0) continue
      this.#entries.delete(path)
      entry.source.close()
    }
  }
}
