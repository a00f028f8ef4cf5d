/** Numbers for sites and entities; each definition travels to the writer once. Bounded: names may be chosen by an attacker. */

import { type Definition, type Entity, MAX_ENTITIES, MAX_SITES, type Site } from '@cinescope/protocol'
import { ownCopy } from '../value/intrinsics.ts'

const MAX_NAME = 1000

/**
 * Takes definitions on their way to the writer; false when there is no room for one. A definition is sent before the first
 * record that refers to it.
 */
export type DefinitionSink = (definition: Definition) => boolean

/** Interns sites. Number 0 is no site; it is also what overflow gives. */
export interface SiteTable {
  intern(site: Site): number
  /** A number of its own for a site of which more will be known, though another looks the same now; shared once a quarter is used up. */
  reserve(site: Site): number
  /** Says more about a reserved site: what was recorded with it before is told anew, too. Gives the number to use from now on. */
  refine(number: number, site: Site): number
  readonly size: number
  readonly overflowed: number
}

/** Interns entities. Number 0 is none; it is also what overflow gives. */
export interface EntityTable {
  intern(entity: Entity): number
  /** Frees the entity's number after its death; gives it, 0 if it had none. */
  free(entity: Entity): number
  readonly size: number
  readonly overflowed: number
}

/**
 * A table of at most `max` sites, whose numbers come after `base`. Of a name the first 1,000 characters tell it from others;
 * `safe` takes secrets out of it, once a site.
 */
export function createSiteTable(
  define: DefinitionSink,
  base = 0,
  max: number = MAX_SITES,
  safe: (name: string) => string = (name) => name,
): SiteTable {
  const numbers = new Map<string, number>()
  const reserved = new Set<number>()
  let size = 0
  let overflowed = 0
  const told = (number: number, site: Site): boolean =>
    define({ kind: 'site', number, site: { ...site, name: safe(site.name) } })
  const next = (site: Site): number => {
    if (size >= max || !told(base + size + 1, site)) {
      overflowed++
      return 0
    }
    return base + ++size
  }
  return {
    intern(given) {
      const site = clipped(given)
      const key = siteKey(site)
      const known = numbers.get(key)
      if (known !== undefined) return known
      const number = next(site)
      if (number !== 0) numbers.set(key, number)
      return number
    },
    reserve(site) {
      if (size >= max >> 2) return this.intern(site)
      const number = next(clipped(site))
      if (number !== 0) reserved.add(number)
      return number
    },
    refine(number, given) {
      if (!reserved.delete(number)) return this.intern(given)
      const site = clipped(given)
      numbers.set(siteKey(site), number)
      if (!told(number, site)) overflowed++
      return number
    },
    get size() {
      return size
    },
    get overflowed() {
      return overflowed
    },
  }
}

/**
 * A table of at most `max` live entities. `nextNumber` gives a new number each time, to all threads of a process together, so
 * that a recording stays unambiguous.
 */
export function createEntityTable(
  define: DefinitionSink,
  nextNumber: () => number,
  max: number = MAX_ENTITIES,
): EntityTable {
  const numbers = new Map<string, number>()
  let overflowed = 0
  return {
    intern(entity) {
      const key = entityKey(entity)
      const known = numbers.get(key)
      if (known !== undefined) return known
      if (numbers.size >= max) {
        overflowed++
        return 0
      }
      const number = nextNumber()
      if (!define({ kind: 'entity', number, entity })) {
        overflowed++
        return 0
      }
      numbers.set(key, number)
      return number
    },
    free(entity) {
      const key = entityKey(entity)
      const number = numbers.get(key) ?? 0
      numbers.delete(key)
      return number
    },
    get size() {
      return numbers.size
    },
    get overflowed() {
      return overflowed
    },
  }
}

function siteKey({ framework, name, file, line, column }: Site): string {
  return `${framework ?? ''}\n${name}\n${file ?? ''}\n${line ?? 0}:${column ?? 0}`
}

function entityKey(entity: Entity): string {
  return `${entity.kind}\n${entity.scope}\n${entity.id}`
}

/** Names come from routes and functions; a thousand characters say enough, and are a string of their own. */
function clipped(site: Site): Site {
  return site.name.length <= MAX_NAME ? site : { ...site, name: `${ownCopy(site.name.slice(0, MAX_NAME))}…` }
}
