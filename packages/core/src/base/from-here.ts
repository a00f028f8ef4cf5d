/** Paths from the working directory. */

import { resolve } from 'node:path'

/** The absolute path; the path as it is, which leads nowhere, once the working directory has been removed. */
export function fromHere(path: string): string {
  try {
    return resolve(path)
  } catch {
    return path
  }
}
