/** The cuts of causality: from what a row names to the graph, the story and the sequence that are told of it. */

import type { Cut } from './cut.ts'

const QUERY = 'packages/core/src/query'
const CAUSALITY = 'packages/core/test/query/causality/causality.test.ts'
const DIRECTORY = 'packages/core/test/recording/directory.test.ts'
const SEQUENCES = 'packages/core/test/query/sequence/sequences.test.ts'
const LANGUAGE = 'packages/protocol/test/language/sequence.test.ts'
const COMMAND = 'packages/cli/test/causality.test.ts'

/** At least three a joint. */
export const CAUSALITY_CUTS: readonly Cut[] = [
  {
    joint: 'causality',
    what: 'what was beyond the depth by one way is beyond it by all',
    file: `${QUERY}/causality/journey.ts`,
    from: 'this.#beyond.delete(id)',
    to: '',
    tests: [CAUSALITY],
  },
  {
    joint: 'causality',
    what: 'the sender of a root is not looked for',
    file: `${QUERY}/causality/sender.ts`,
    from: 'if (edge === undefined) return undefined',
    to: 'if (edge !== undefined) return undefined',
    tests: [CAUSALITY, DIRECTORY],
  },
  {
    joint: 'causality',
    what: 'causes in other recordings of the directory are not looked for',
    file: 'packages/core/src/recording/directory/directory-ground.ts',
    from: 'near === undefined ? members : [near, ...members.filter((other) => other !== near)]',
    to: 'near === undefined ? members : [near]',
    tests: [DIRECTORY],
  },
  {
    joint: 'causality',
    what: 'effects are not followed by trace',
    file: `${QUERY}/causality/descent.ts`,
    from: 'if (sender !== undefined) this.journey.await(',
    to: 'if (sender === id) this.journey.await(',
    tests: [CAUSALITY, DIRECTORY],
  },
  {
    joint: 'causality',
    what: 'what stands before the span that it happened in is not found',
    file: `${QUERY}/causality/spread.ts`,
    from: 'depth + 1), seq < last)',
    to: 'depth + 1), false)',
    tests: [CAUSALITY],
  },
  {
    joint: 'causality',
    what: 'an answer that was cut does not say so',
    file: `${QUERY}/causality/walk.ts`,
    from: 'this.#bounds.add(bound)',
    to: 'this.#bounds.delete(bound)',
    tests: [CAUSALITY],
  },
  {
    joint: 'causality',
    what: 'a story ends where its film was caused by one of another trace',
    file: `${QUERY}/causality/story.ts`,
    from: 'tops = outside(descent.journey)',
    to: 'tops = outside(descent.journey).slice(0, 0)',
    tests: [CAUSALITY],
  },
  {
    joint: 'causality',
    what: 'causes are drawn as effects',
    file: 'packages/cli/src/format/causal-tree.ts',
    from: "events.get(direction === 'causes' ? edge.from : edge.to)",
    to: 'events.get(edge.to)',
    tests: [COMMAND],
  },
  {
    joint: 'sequence',
    what: 'what stands between is not looked at',
    file: `${QUERY}/sequence/match.ts`,
    from: 'const excuse = firstAfter(between, begin)',
    to: 'const excuse = firstAfter(new Map(), begin)',
    tests: [SEQUENCES],
  },
  {
    joint: 'sequence',
    what: 'a page begins with the match that the one before ended with',
    file: `${QUERY}/sequence/sequences.ts`,
    from: 'inOrder(each, after) > 0',
    to: 'inOrder(each, after) >= 0',
    tests: [SEQUENCES],
  },
  {
    joint: 'sequence',
    what: 'events of different films follow one another',
    file: `${QUERY}/sequence/collect.ts`,
    from: 'root === 0 ? undefined : `${index} ${thread} ${root}`',
    to: "root === 0 ? undefined : ''",
    tests: [SEQUENCES],
  },
  {
    joint: 'sequence',
    what: '`not` before a step is not written',
    file: 'packages/protocol/src/language/sequence-format.ts',
    from: '`not ${text}`',
    to: 'text',
    tests: [LANGUAGE],
  },
]
