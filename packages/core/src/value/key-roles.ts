/** What a key tells beside how sensitive it is: bits above those of a sensitivity, kept with it for each interned key. */

/** Bits of a treatment: its sensitivity, and that the value is a URL. */
export const TREATMENT = { sensitivity: 3, url: 4 } as const

/** Attributes and headers whose value is a URL or the path of one. */
const URLS: ReadonlySet<string> = new Set(['url.path', 'referer', 'referrer', 'location', 'content-location', 'link'])
const LONGEST = 16

/** The bits of `TREATMENT` that the spelling of `key` alone decides. */
export function roleOf(key: string): number {
  return key.length <= LONGEST && URLS.has(key.toLowerCase()) ? TREATMENT.url : 0
}
