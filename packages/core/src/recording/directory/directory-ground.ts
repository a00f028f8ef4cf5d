/** All recordings of a directory, for a question that goes from one to another. */

import { CinescopeError, type NodeId } from '@cinescope/protocol'
import type { Ground } from '../../query/causality/ground.ts'
import type { QueryControl, Reading } from '../../query/reading.ts'
import type { OpenFiles } from './open-files.ts'
import { isUnreadable } from './unreadable.ts'

/** See above; for one question, which remembers where each process recorded. Of copies the newest is asked. */
export function directoryGround(files: OpenFiles, control: QueryControl): Ground {
  const paths = new Map<NodeId, string>()
  return {
    async first(ask, home) {
      const near = home === undefined ? undefined : paths.get(home)
      const asked = new Set<NodeId>()
      const { paths: all } = files.listing()
      let fault: CinescopeError | undefined
      for (const path of near === undefined ? all : [near, ...all.filter((other) => other !== near)]) {
        const given = await asking(
          files,
          path,
          async (node, reader) => {
            if (asked.has(node)) return undefined
            asked.add(node)
            if (!paths.has(node)) paths.set(node, path)
            return ask(reader)
          },
          control,
        )
        if (given instanceof CinescopeError) fault ??= given
        else if (given !== undefined) return given
      }
      if (asked.size === 0 && fault !== undefined) throw fault
      return undefined
    },
  }
}

/** What `use` gives; undefined where the file has not what is asked for; the error where it cannot be read. */
async function asking<T>(
  files: OpenFiles,
  path: string,
  use: (node: NodeId, reading: Reading) => Promise<T | undefined>,
  control: QueryControl,
): Promise<T | CinescopeError | undefined> {
  try {
    return await files.with(path, ({ node, reader }) => use(node, reader.reading(control)))
  } catch (thrown) {
    if (isUnreadable(thrown)) return thrown
    if (thrown instanceof CinescopeError && thrown.code === 'CSC_ERR_NOT_FOUND') return undefined
    throw thrown
  }
}
