/** Descriptors that travel once per process and are referred to by number: sites, keys, entities. */

import type { Hook } from './hook.ts'

/** Static place in code or framework where events come from. Number 0 stands for no site. */
export interface Site {
  /** Operation name, e.g. `GET /u/:uid/posts/:pid` or a function's name. */
  readonly name: string
  /** `express`, `user`, ... */
  readonly framework?: string
  readonly file?: string
  /** From 1. */
  readonly line?: number
  /** From 1. */
  readonly column?: number
}

/** Something long-lived that has state or a mailbox; never a span. Number 0 stands for none. */
export interface Entity {
  /** `actor`, `socket`, `session`, `row`, ... */
  readonly kind: string
  /** The process (its node id) for sockets and actors; service plus database identity for rows. */
  readonly scope: string
  readonly id: string
}

/** One definition on its way from a recording thread to the writer; a hook is told again when it changes. */
export type Definition =
  | { readonly kind: 'site'; readonly number: number; readonly site: Site }
  | { readonly kind: 'key'; readonly number: number; readonly text: string }
  | { readonly kind: 'entity'; readonly number: number; readonly entity: Entity }
  | { readonly kind: 'hook'; readonly hook: Hook }

/** Bounds of the interners; overflow is written inline and counted, since names may be chosen by an attacker. */
export const MAX_SITES = 16_384
export const MAX_KEYS = 65_536
export const MAX_ENTITIES = 65_536

/** Largest number of a thread that records: a film's number has room for so many. */
export const LAST_THREAD = 8191

/** Each thread numbers its sites in a range of its own: this is before the first of them. */
export function siteBase(thread: number): number {
  return thread * MAX_SITES
}

/** Number of a key in the dictionary; the values of a thread say `key`. */
export function keyNumber(thread: number, key: number): number {
  return thread * MAX_KEYS + key
}

/** `file:line:column` of a site as an editor understands it; undefined when it has no file. */
export function sitePlace(site: Site): string | undefined {
  if (site.file === undefined) return undefined
  const line = site.line === undefined ? '' : `:${site.line}`
  return `${site.file}${line}${line === '' || site.column === undefined ? '' : `:${site.column}`}`
}
