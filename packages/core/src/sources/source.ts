/** A source: something that Node or a library tells of itself, and how it becomes events. */

import type { SourceName } from '../options/source-names.ts'
import type { Probe } from '../capture/probe.ts'

/** See the file's first line. */
export interface Source {
  readonly name: SourceName
  /** The package that tells, where it is not Node: until it does, the hook is absent. */
  readonly library?: string
  /** What all copies of this package know the hook by. */
  target(): object
  /**
   * Puts the hook in, once for all scopes of the process; gives what takes it out. `users` are the scopes' probes, as they
   * are at any time. Throws where it cannot be put in.
   */
  install(users: ReadonlySet<Probe>): () => void
}
