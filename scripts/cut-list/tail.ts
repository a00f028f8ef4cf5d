/** The cuts of the tail: from a commit to whoever follows. */

import type { Cut } from './cut.ts'

const CORE = 'packages/core/src'
const ARRIVALS = 'packages/core/test/query/arrivals/arrivals.test.ts'
const TAIL = 'packages/core/test/recording/tail.test.ts'
const TOP = 'packages/cli/test/top.test.ts'

/** At least three a joint. */
export const TAIL_CUTS: readonly Cut[] = [
  {
    joint: 'tail',
    what: 'what a sealed segment repeats of its tails is given again',
    file: `${CORE}/query/arrivals/arrived-rows.ts`,
    from: 'if (seen === undefined || row >= seen.rows || seen.open.has(rows.seq[row]!)) arrived.push(row)',
    to: 'arrived.push(row)',
    tests: [ARRIVALS],
  },
  {
    joint: 'tail',
    what: 'a span that was open when it was first seen never comes',
    file: `${CORE}/query/arrivals/arrived-rows.ts`,
    from: 'else if (after.open.size < MOST_OPEN) after.open.add(seq)',
    to: '',
    tests: [ARRIVALS],
  },
  {
    joint: 'tail',
    what: 'the next segment is taken for what the tails have become',
    file: `${CORE}/query/arrivals/arrived-rows.ts`,
    from: 'if (rows.length < seen.rows || rowKey(rows, 0) !== seen.first) return false',
    to: '',
    tests: [ARRIVALS],
  },
  {
    joint: 'tail',
    what: 'what a joined tail repeats of those before it is given again',
    file: `${CORE}/query/arrivals/step.ts`,
    from: 'const arrived = joins ? arrivedInSealed(rows, before) : all',
    to: 'const arrived = joins ? takeTail(rows, undefined).rows : all',
    tests: [ARRIVALS],
  },
  {
    joint: 'tail',
    what: 'the part of a segment that was taken is forgotten',
    file: `${CORE}/query/arrivals/step.ts`,
    from: 'position.partial = { segment: entry.id, taken, events: told }',
    to: 'void told',
    tests: [ARRIVALS],
  },
  {
    joint: 'tail',
    what: 'what was pruned is not missed',
    file: `${CORE}/query/arrivals/step.ts`,
    from: 'if (count <= 0) return',
    to: 'if (count !== Infinity) return',
    tests: [ARRIVALS],
  },
  {
    joint: 'tail',
    what: 'the end is believed by a look from before it',
    file: `${CORE}/query/arrivals/arrivals.ts`,
    from: 'return page(reading, first.cursor, wanted, state)',
    to: 'return { ...first, ended: state }',
    tests: [ARRIVALS, TAIL],
  },
  {
    joint: 'tail',
    what: 'a scope that stops closes the recording under its tail',
    file: `${CORE}/scope/running-scope.ts`,
    from: 'if (!isTailed) {',
    to: '{',
    tests: [TAIL],
  },
  {
    joint: 'tail',
    what: 'a tail that waits is not woken by its end',
    file: `${CORE}/recording/tail.ts`,
    from: 'this.#end.abort()',
    to: '',
    tests: [TAIL],
  },
  {
    joint: 'tail',
    what: 'a process that begins is seen from now on only',
    file: `${CORE}/recording/directory/arrivals.ts`,
    from: "(typeof from === 'object' ? 'start' : from)",
    to: "'now' as const",
    tests: [TAIL],
  },
  {
    joint: 'tail',
    what: 'what failed is not told by top',
    file: 'packages/cli/src/top-figures.ts',
    from: 'return { count, errors, perSecond',
    to: 'return { count, errors: 0 * errors, perSecond',
    tests: [TOP],
  },
]
