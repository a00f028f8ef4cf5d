/** What the tests of every package share. */

export type { Damage } from './arbitraries.ts'
export { arbitraryDamage, arbitraryNode, arbitraryNumber, arbitraryRows, arbitrarySeq, damaged } from './arbitraries.ts'
export type { ManualClock } from './clock.ts'
export { createManualClock } from './clock.ts'
export type { HttpSubject, StartHttpSubject } from './http-conformance.ts'
export { httpConformance } from './http-conformance.ts'
export { filmsOf, outlineOf, rootOf } from './http-films.ts'
export type { ExchangeOptions } from './http-wire.ts'
export { exchange, requestText, withoutDate } from './http-wire.ts'
export type { Postgres } from './postgres.ts'
export { postgresMissing, startPostgres } from './postgres.ts'
