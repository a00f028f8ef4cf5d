/** Cuts of the governor: what is left out, what stays, and what is told of it. */

import type { Cut } from './cut.ts'

const CAPTURE = 'packages/core/src/capture'
const KEEPER = 'packages/core/src/scope/keep-budget.ts'
const BUDGET = 'packages/core/test/govern/budget.test.ts'
const GOVERNOR = 'packages/core/test/govern/governor.test.ts'

/** See the file's first line. */
export const GOVERNOR_CUTS: readonly Cut[] = [
  {
    joint: 'governor',
    what: 'what is seen by chance is left out',
    file: 'packages/core/src/govern/governor.ts',
    from: 'this.#beyond >= LASTING',
    to: 'cost > 1',
    tests: [GOVERNOR],
  },
  {
    joint: 'governor',
    what: 'nobody looks sooner where the load may grow',
    file: 'packages/core/src/govern/governor.ts',
    from: 'this.#isNear = cost > NEAR',
    to: 'this.#isNear = false',
    tests: [GOVERNOR],
  },
  {
    joint: 'governor',
    what: 'a value that is left out is told as none',
    file: `${CAPTURE}/recorder.ts`,
    from: 'value === THINNED ? LEFT_OUT : 0',
    to: '0',
    tests: [BUDGET],
  },
  {
    joint: 'governor',
    what: 'what is inside of a span that was left out is told as known',
    file: `${CAPTURE}/span.ts`,
    from: 'return FLAG.parentInferred',
    to: 'return 0',
    tests: [BUDGET],
  },
  {
    joint: 'governor',
    what: 'a film does not say that spans of it were left out',
    file: `${CAPTURE}/span.ts`,
    from: 'parent.root.isThinned = true',
    to: '',
    tests: [BUDGET],
  },
  {
    joint: 'governor',
    what: 'a mark of the user is left out like any value',
    file: `${CAPTURE}/span.ts`,
    from: 'kind === KINDS.attribute && (flags & FLAG.marked) === 0',
    to: 'kind === KINDS.attribute',
    tests: [BUDGET],
  },
  {
    joint: 'governor',
    what: 'a film that is asked for is thinned',
    file: 'packages/core/src/scope/record-film.ts',
    from: 'sampling.wholeFilms++',
    to: '',
    tests: [BUDGET],
  },
  {
    joint: 'governor',
    what: 'values that are never left out are chosen',
    file: `${CAPTURE}/recorder.ts`,
    from: 'hasValue && isSpared(word)',
    to: 'false',
    tests: [BUDGET],
  },
  {
    joint: 'governor',
    what: 'spans are left out of a film that has told its end',
    file: `${CAPTURE}/thinning.ts`,
    from: ' || !parent.root.isOpen',
    to: '',
    tests: [BUDGET],
  },
  {
    joint: 'governor',
    what: 'a light thread does not wait for a heavy one',
    file: 'packages/core/src/govern/governor.ts',
    from: 'if (waited < patience) return undefined',
    to: '',
    tests: [GOVERNOR],
  },
  {
    joint: 'governor',
    what: 'spans with others inside count as leaves',
    file: `${CAPTURE}/thinning.ts`,
    from: '=== BEGAN',
    to: '!== 0',
    tests: [BUDGET],
  },
  {
    joint: 'governor',
    what: 'a decision is not told',
    file: KEEPER,
    from: 'this.#tell(ACTIONS[decision.kind][isRestored(decision) ? 1 : 0], sites, measured)',
    to: '',
    tests: [BUDGET],
  },
  {
    joint: 'governor',
    what: 'what is recorded again is left out still',
    file: KEEPER,
    from: 'isRestored ? before : LEVEL[kind]',
    to: 'LEVEL[kind]',
    tests: [BUDGET],
  },
  {
    joint: 'governor',
    what: 'bytes are in no budget',
    file: 'packages/core/src/govern/governor.ts',
    from: 'bytesPerSecond / (budget.bytesPerSecond ?? Infinity)',
    to: '0',
    tests: [GOVERNOR],
  },
  {
    joint: 'governor',
    what: 'what was restored too early is restored again as soon',
    file: 'packages/core/src/govern/governor.ts',
    from: 'Math.min(MOST_CALM, this.#calmNeeded * 2)',
    to: 'CALM',
    tests: [GOVERNOR],
  },
]
