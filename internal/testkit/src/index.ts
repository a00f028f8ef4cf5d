/** What the tests of every package share. */

export type { Damage } from './arbitraries.ts'
export { arbitraryDamage, arbitraryNode, arbitraryNumber, arbitraryRows, arbitrarySeq, damaged } from './arbitraries.ts'
export type { ManualClock } from './clock.ts'
export { createManualClock } from './clock.ts'
