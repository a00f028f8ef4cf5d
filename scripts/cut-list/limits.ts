/** Cuts of what holds when limits change while a program runs, and of what recording tells that it costs. */

import type { Cut } from './cut.ts'

const CORE = 'packages/core/src'

/** See the file's first line. */
export const LIMIT_CUTS: readonly Cut[] = [
  {
    joint: 'limits',
    what: 'a change of limits goes on from a state that was cut by others',
    file: `${CORE}/options/live-settings.ts`,
    from: 'this.limitChanges++',
    to: 'this.limitChanges += 0',
    tests: ['packages/core/test/control/settings.test.ts'],
  },
  {
    joint: 'limits',
    what: 'a quiet process keeps its disk though its limit has fallen',
    file: `${CORE}/ingest/retention.ts`,
    from: 'isDone ? strands.commits : -1',
    to: 'strands.commits',
    tests: ['packages/core/test/ingest/lowered.test.ts'],
  },
  {
    joint: 'limits',
    what: 'who asks for films still is not believed',
    file: `${CORE}/keep/keep-all.ts`,
    from: 'this.#until = nowNs + this.#mostNs\n    return begins',
    to: 'return begins',
    tests: ['packages/core/test/keep/keep-all.test.ts'],
  },
  {
    joint: 'limits',
    what: 'what is done around records costs nothing',
    file: `${CORE}/capture/probe-cost.ts`,
    from: '(ns + this.#sites.meanNs',
    to: '(this.#sites.meanNs',
    tests: ['packages/core/test/capture/probe-cost.test.ts'],
  },
]
