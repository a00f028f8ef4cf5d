/** The Node that recordings need, to be written and to be read: node:sqlite without a flag, and zstd. */

/** The same as `engines` of the packages. */
export const OLDEST_NODE = '22.15'

/** True if recordings can be neither made nor read on this version of Node, as in `process.versions.node`. */
export function isTooOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST_NODE.split('.').map(Number)
  return major < oldestMajor || (major === oldestMajor && minor < oldestMinor)
}
