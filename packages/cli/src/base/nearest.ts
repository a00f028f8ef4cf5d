/** The word that was probably meant. */

/** The candidate with the fewest edits from `word`, if they are few for its length. O(candidates × length²). */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const typed = word.slice(0, 40).toLowerCase()
  let best: string | undefined
  let fewest = Math.max(1, Math.floor(typed.length / 3)) + 1
  for (const candidate of candidates) {
    const isBegun = typed.length >= 2 && candidate.startsWith(typed)
    const edits = isBegun ? 1 : editsBetween(typed, candidate.toLowerCase())
    if (edits >= fewest) continue
    fewest = edits
    best = candidate
  }
  return best
}

/** ` Did you mean X?`, or nothing. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const meant = nearest(word, candidates)
  return meant === undefined ? '' : ` Did you mean ${meant}?`
}

/** Insertions, deletions, replacements and swaps of neighbours: optimal string alignment, by rows. */
function editsBetween(a: string, b: string): number {
  let before: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    for (let j = 1; j <= b.length; j++) {
      // all three rows hold b.length + 1 numbers, j is within
      const replaced = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const swapped = isSwap ? before[j - 2]! + 1 : Infinity
      current.push(Math.min(replaced, swapped, previous[j]! + 1, current[j - 1]! + 1))
    }
    before = previous
    previous = current
  }
  return previous[b.length]!
}
