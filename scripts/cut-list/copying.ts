/** The cuts of what copies recordings: merge, extract, and the reading of files of several processes. */

import type { Cut } from './cut.ts'

const COPY = 'packages/core/src/recording/copy'
const MERGED = 'packages/core/src/recording/merged'
const DIRECTORY = 'packages/core/test/recording/directory.test.ts'
const MERGE = 'packages/core/test/recording/merge.test.ts'
const EXTRACT = 'packages/core/test/recording/extract.test.ts'
const SERVICES = 'packages/core/test/recording/services.test.ts'
const CLI = 'packages/cli/test/merge.test.ts'

/** At least three a joint. */
export const COPYING_CUTS: readonly Cut[] = [
  {
    joint: 'copy',
    what: 'of two recordings of one process the first by name is read',
    file: 'packages/core/src/recording/directory/open-files.ts',
    from: 'isMoreComplete(second, first) ? [b, a] : [a, b]',
    to: '[a, b]',
    tests: [DIRECTORY],
  },
  {
    joint: 'copy',
    what: 'a merge takes nothing from older copies',
    file: `${COPY}/copy-part.ts`,
    from: 'const placed = placesOf(first, others, oldest)',
    to: 'const placed = placesOf(first, [], oldest)',
    tests: [MERGE],
  },
  {
    joint: 'copy',
    what: 'what cannot be read is not accounted for',
    file: `${COPY}/account.ts`,
    from: 'put(missing, kind, (stored.get(kind) ?? 0) - (this.#kept.get(kind) ?? 0))',
    to: 'put(missing, kind, 0)',
    tests: [EXTRACT, CLI],
  },
  {
    joint: 'copy',
    what: 'an extract leaves the states before its films behind',
    file: `${COPY}/touched.ts`,
    from: 'return time <= this.#to && (isBirth || ',
    to: 'return time >= this.#from && time <= this.#to && (isBirth || ',
    tests: [EXTRACT],
  },
  {
    joint: 'copy',
    what: 'the log of what was there before is read with a new recording',
    file: `${COPY}/new-file.ts`,
    from: 'for (const beside of filesBeside(path)) rmSync(beside, { force: true })',
    to: 'void filesBeside(path)',
    tests: ['packages/core/test/recording/new-file.test.ts'],
  },
  {
    joint: 'copy',
    what: 'figures of a film count what happened in its own process only',
    file: 'packages/core/src/recording/merged/joins.ts',
    from: 'if (film === undefined || first === undefined) return [where]',
    to: 'return [where]',
    tests: ['packages/core/test/recording/joined-arrivals.test.ts'],
  },
  {
    joint: 'copy',
    what: 'a film of another process is not told with the one that caused it',
    file: `${COPY}/find-links.ts`,
    from: 'outer = { part: next.from, id: next.around }',
    to: 'break',
    tests: [SERVICES, CLI],
  },
  {
    joint: 'copy',
    what: 'what was received is ordered by its own clock alone',
    file: `${MERGED}/hybrid-order.ts`,
    from: 'Math.max(hlcOf(at), floorAt(lifts.get(node), at))',
    to: 'hlcOf(at)',
    tests: [SERVICES],
  },
  {
    joint: 'copy',
    what: 'the skew is taken the wrong way round',
    file: `${MERGED}/clock-skew.ts`,
    from: 'bounds.add(isForward, ',
    to: 'bounds.add(!isForward, ',
    tests: [SERVICES],
  },
]
