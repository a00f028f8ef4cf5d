/** What a key tells beside how sensitive it is: bits above those of a sensitivity, kept with it for each interned key. */

import { SENSITIVITY } from './names.ts'
import type { Redaction } from './redaction.ts'

/**
 * Bits of a treatment: its sensitivity; that the value is a URL; that it is what the member beside it names
 * (`{ name: 'password', value: 'x' }`), by a word that says so or by one that may mean anything; that it is SQL.
 */
export const TREATMENT = { sensitivity: 3, url: 4, value: 8, data: 16, sql: 32 } as const

/** How much a member tells about the one beside it: nothing; its value if the name is on the list; any sensitive name. */
export const NAMING = { none: 0, exact: 1, any: 2 } as const

const ROLES: ReadonlyMap<string, number> = new Map([
  // attributes and headers whose value is a URL or the path of one
  ...['url.path', 'url.full', 'referer', 'referrer', 'location', 'content-location', 'link'].map(
    (key) => [key, TREATMENT.url] as const,
  ),
  // what proxies add of the path that was asked for
  ...['x-original-url', 'x-original-uri', 'x-rewrite-url', 'x-forwarded-uri', 'x-forwarded-path'].map(
    (key) => [key, TREATMENT.url] as const,
  ),
  ...['x-envoy-original-path', 'x-accel-redirect'].map((key) => [key, TREATMENT.url] as const),
  // attributes, and members of drivers' errors
  ...['db.query.text', 'sql', 'internalquery'].map((key) => [key, TREATMENT.sql] as const),
  ['value', TREATMENT.value],
  ...['data', 'val', 'v', 'defaultvalue'].map((key) => [key, TREATMENT.data] as const),
])
const NAMES: ReadonlyMap<string, number> = new Map([
  ...['name', 'key', 'field', 'header'].map((key) => [key, NAMING.any] as const),
  ...['id', 'type', 'label', 'k'].map((key) => [key, NAMING.exact] as const),
])
const LONGEST = 21
/** As much of a name as is classified. */
const LONGEST_NAME = 256
const PLAIN_NAME = /^[a-z_-]{2,24}$/i

/** The bits of `TREATMENT` that the spelling of `key` alone decides; case does not matter. */
export function roleOf(key: string): number {
  return key.length <= LONGEST ? (ROLES.get(key.toLowerCase()) ?? 0) : 0
}

/** The code of `NAMING` for a member of this key. */
export function namingOf(key: string): number {
  return key.length <= LONGEST ? (NAMES.get(key.toLowerCase()) ?? NAMING.none) : NAMING.none
}

/** The bits of `TREATMENT` that are hidden beside a member of this naming whose value is `text`. */
export function hiddenBeside(naming: number, text: string, redaction: Redaction): number {
  if (naming === NAMING.none || text.length > LONGEST_NAME) return 0
  // what identifies is no name, and would drive the names out of their memo
  if (naming === NAMING.exact && !PLAIN_NAME.test(text)) return 0
  if (redaction.classify(text) === SENSITIVITY.none) return 0
  if (redaction.isListed(text)) return TREATMENT.value | TREATMENT.data
  return naming === NAMING.any ? TREATMENT.value : 0
}
