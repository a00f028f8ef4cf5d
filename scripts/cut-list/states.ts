/** The cuts of states: from what a program records of an entity to its state at an instant, who wrote it, and the frames of a seeker. */

import type { Cut } from './cut.ts'

const CAPTURE = 'packages/core/src/capture/states.ts'
const TRAVEL = 'packages/core/src/timetravel'
const STATES = 'packages/core/test/timetravel/states.test.ts'
const SEEK = 'packages/core/test/timetravel/seek.test.ts'
const DIRECTORY = 'packages/core/test/timetravel/directory-states.test.ts'
const COMMANDS = ['packages/cli/test/states.test.ts', 'packages/cli/test/seek.test.ts']

/** At least three a joint. */
export const STATE_CUTS: readonly Cut[] = [
  {
    joint: 'states',
    what: 'after a loss a patch goes on from what was lost',
    file: CAPTURE,
    from: '    this.#kept.forget(entity)\n    return 0',
    to: '    return 0',
    tests: [STATES],
  },
  {
    joint: 'states',
    what: 'a chain has no end',
    file: CAPTURE,
    from: 'patches >= MAX_PATCHES ||',
    to: '',
    tests: [STATES],
  },
  {
    joint: 'states',
    what: 'what was compared last is compared with again after a report',
    file: CAPTURE,
    from: '    kept.length = 0\n',
    to: '',
    tests: [STATES],
  },
  {
    joint: 'states',
    what: 'a ring that has lapped its reader is gone on in',
    file: CAPTURE,
    from: 'if (this.#ring.wasLapped()) this.#kept.clear()',
    to: '',
    tests: [STATES],
  },
  {
    joint: 'fold',
    what: 'the last patch is not applied',
    file: `${TRAVEL}/fold.ts`,
    from: 'patches.slice(0, MAX_PATCHES)',
    to: 'patches.slice(0, -1)',
    tests: [STATES],
  },
  {
    joint: 'fold',
    what: 'losses after a state are not looked for',
    file: `${TRAVEL}/gaps.ts`,
    from: 'return rows.seq[row]!',
    to: 'return undefined',
    tests: [STATES],
  },
  {
    joint: 'fold',
    what: 'a segment does not tell that it wrote a whole state',
    file: 'packages/core/src/correlate/row-builder.ts',
    from: 'else if (this.rows.number[row] === 0) writes.whole(entity)',
    to: '',
    tests: [STATES],
  },
  {
    joint: 'fold',
    what: 'of several processes the first that answers is believed',
    file: 'packages/core/src/recording/directory/states.ts',
    from: 'answer.event.at > last.event.at',
    to: 'false',
    tests: [DIRECTORY],
  },
  {
    joint: 'carried',
    what: 'what is carried over is not looked at',
    file: `${TRAVEL}/state-row.ts`,
    from: 'for (const life of lives.slice(0, MOST_CARRIED)) search.consider(carriedRow(parts.view, life))',
    to: '',
    tests: [STATES],
  },
  {
    joint: 'carried',
    what: 'entities that have died are carried for ever',
    file: 'packages/core/src/store/carried-state.ts',
    from: 'if (kind === DIED) this.changes.set(entity, undefined)',
    to: 'if (kind === DIED) continue',
    tests: [STATES],
  },
  {
    joint: 'carried',
    what: 'a copy leaves it behind',
    file: 'packages/core/src/recording/copy/copy-part.ts',
    from: "'route', 'carried'",
    to: "'route'",
    tests: [STATES],
  },
  {
    joint: 'seek',
    what: 'spans that never end are not under way',
    file: `${TRAVEL}/seek/open-spans.ts`,
    from: 'for await (const placed of neverEnded(parts))',
    to: 'for await (const placed of [] as never)',
    tests: [SEEK],
  },
  {
    joint: 'seek',
    what: 'what a film has yet to touch has no state',
    file: `${TRAVEL}/seek/touched-entities.ts`,
    from: '[...before, ...after]',
    to: 'before',
    tests: [SEEK],
  },
  {
    joint: 'seek',
    what: 'the end of a span is known before it comes',
    file: `${TRAVEL}/seek/masked.ts`,
    from: 'durationNs: undefined',
    to: 'durationNs: event.durationNs',
    tests: [SEEK],
  },
  {
    joint: 'seek',
    what: 'a message that was received is still under way',
    file: `${TRAVEL}/seek/in-flight.ts`,
    from: 'return !received.has(',
    to: 'return true || !received.has(',
    tests: [SEEK],
  },
  {
    joint: 'seek',
    what: 'a key goes the other way',
    file: 'packages/cli/src/commands/seek.ts',
    from: 'left: (seeker) => seeker.back(),',
    to: 'left: (seeker) => seeker.forward(),',
    tests: COMMANDS,
  },
]
