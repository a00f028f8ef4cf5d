/** All recordings of a directory, for a question that goes from one to another. */

import { CinescopeError, type NodeId } from '@cinescope/protocol'
import type { Ground } from '../../query/causality/ground.ts'
import type { QueryControl, Reading } from '../../query/reading.ts'
import type { Listing, Member, OpenFiles } from './open-files.ts'
import { isUnreadable } from './unreadable.ts'

/** See above; for one question, of what there was when it began to ask. */
export function directoryGround(files: OpenFiles, listing: () => Promise<Listing>, control: QueryControl): Ground {
  return {
    async first(ask, home) {
      const { members, unread } = await listing()
      let fault: CinescopeError | undefined
      let isAnyRead = false
      for (const member of nearestFirst(members, home)) {
        const given = await asking(files, member, ask, control)
        if (given instanceof CinescopeError) {
          fault ??= given
          continue
        }
        isAnyRead = true
        if (given !== undefined) return given
      }
      fault ??= unread[0]?.error
      if (!isAnyRead && fault !== undefined) throw fault
      return undefined
    },
  }
}

function nearestFirst(members: readonly Member[], home: NodeId | undefined): readonly Member[] {
  const near = members.find(({ node }) => node === home)
  return near === undefined ? members : [near, ...members.filter((other) => other !== near)]
}

/** What `use` gives; undefined where the file has not what is asked for; the error where it cannot be read. */
async function asking<T>(
  files: OpenFiles,
  member: Member,
  use: (reading: Reading) => Promise<T | undefined>,
  control: QueryControl,
): Promise<T | CinescopeError | undefined> {
  try {
    return await files.with(member, ({ reader }) => use(reader.reading(control)))
  } catch (thrown) {
    if (isUnreadable(thrown)) return thrown
    if (thrown instanceof CinescopeError && thrown.code === 'CSC_ERR_NOT_FOUND') return undefined
    throw thrown
  }
}
