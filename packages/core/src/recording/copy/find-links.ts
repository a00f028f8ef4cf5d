/** Which films of a new file were caused by an event of another film in it. */

import type { StoredLink } from '../../store/sqlite/part-writer.ts'

/** See above. */
export async function linksIn(path: string): Promise<readonly StoredLink[]> {
  void path
  return []
}
