/** The name that was probably meant. */

/** How many edits a name may be away. */
const MAX_EDITS = 3

/** The nearest of `names` to `name`, case apart, if it is near. O(names × length²). */
export function nearestName(name: string, names: readonly string[]): string | undefined {
  const typed = name.slice(0, 60)
  const nearest = names.toSorted((a, b) => distance(typed, a) - distance(typed, b))[0]
  return nearest !== undefined && distance(typed, nearest) <= MAX_EDITS ? nearest : undefined
}

/** Levenshtein distance, two rows. */
function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1]?.toLowerCase() === b[j - 1]?.toLowerCase() ? 0 : 1
      // both rows have b.length + 1 entries
      row.push(Math.min(previous[j]! + 1, row[j - 1]! + 1, previous[j - 1]! + change))
    }
    previous = row
  }
  return previous[b.length]!
}
