/** The cuts of a ring that grows: from the record that finds no room to memory given back. */

import type { Cut } from './cut.ts'

const CORE = 'packages/core/src'
const GROW = 'packages/core/test/ring/grow.test.ts'
const CHAIN_OF_RINGS = 'packages/core/test/ring/chain.test.ts'
const GROWN_RINGS = 'packages/core/test/ingest/grown-rings.test.ts'
const GROWN_SCOPE = 'packages/core/test/scope/grow.test.ts'
const EXIT_WAIT = 'packages/core/test/scope/exit-wait.test.ts'

/** At least three a joint. */
export const GROW_CUTS: readonly Cut[] = [
  {
    joint: 'grow',
    what: 'a ring that is added is not told',
    file: `${CORE}/ring/growth.ts`,
    from: '      this.#tell({ number, memory })\n',
    to: '',
    tests: [GROW],
  },
  {
    joint: 'grow',
    what: 'a ring is used again before the consumer has left it',
    file: `${CORE}/ring/growth.ts`,
    from: 'left.length > 0 && Atomics.load(left[0]!.control, CONTROL.next) === 0',
    to: 'left.length > 0',
    tests: [GROW],
  },
  {
    joint: 'grow',
    what: 'the limit of bytes is that of each ring',
    file: `${CORE}/ring/growth.ts`,
    from: 'this.bytes + this.#size > this.#limit',
    to: 'this.#size > this.#limit',
    tests: [GROW],
  },
  {
    joint: 'grow',
    what: 'what was added is given back while it is needed',
    file: `${CORE}/ring/growth.ts`,
    from: 'return !wasNeeded && this',
    to: 'return this',
    tests: [GROW],
  },
  {
    joint: 'grow',
    what: 'no slots are kept back in the last ring',
    file: `${CORE}/ring/producer.ts`,
    from: 'if (next === undefined) return this.main.keepReserve(true)\n    // what is kept back here is not needed: it goes on there\n    this.main.keepReserve(false)',
    to: 'this.main.keepReserve(false)\n    if (next === undefined) return',
    tests: [GROW],
  },
  {
    joint: 'grow',
    what: 'a ring is left before all is ready to go on in the next',
    file: `${CORE}/ring/producer.ts`,
    from: '    const lane = new LaneProducer(memory, 0)\n    const arena = new Uint8Array(memory.arena)\n    const control = new Int32Array(memory.control)\n    const arenaHead = Atomics.load(control, CONTROL.arenaTail) >>> 0\n    const committed = this.#committedBefore + this.main.committed\n    growth.moveOn()\n',
    to: '    growth.moveOn()\n    const lane = new LaneProducer(memory, 0)\n    const arena = new Uint8Array(memory.arena)\n    const control = new Int32Array(memory.control)\n    const arenaHead = Atomics.load(control, CONTROL.arenaTail) >>> 0\n    const committed = this.#committedBefore + this.main.committed\n',
    tests: [GROW],
  },
  {
    joint: 'grow',
    what: 'the consumer leaves a ring that is not empty',
    file: `${CORE}/ring/chain.ts`,
    from: 'if (next === undefined || this.here.backlog() > 0) return next !== undefined',
    to: 'if (next === undefined) return false',
    tests: [GROW],
  },
  {
    joint: 'grow',
    what: 'a ring that is left is not free again',
    file: `${CORE}/ring/link.ts`,
    from: '    Atomics.store(this.control, CONTROL.next, 0)\n',
    to: '',
    tests: [GROW],
  },
  {
    joint: 'grow',
    what: 'the consumer keeps what was given back',
    file: `${CORE}/ring/chain.ts`,
    from: 'this.#links.delete(number)',
    to: 'continue',
    tests: [CHAIN_OF_RINGS],
  },
  {
    joint: 'grow',
    what: 'values find no room in another ring',
    file: `${CORE}/capture/recorder.ts`,
    from: 'hasValue ? this.#maxValueBytes : 0',
    to: '0',
    tests: [GROWN_SCOPE],
  },
  {
    joint: 'grow',
    what: 'nobody looks whether memory can be given back',
    file: `${CORE}/scope/tend-ring.ts`,
    from: 'ring.giveBack()',
    to: 'undefined',
    tests: [GROWN_SCOPE],
  },
  {
    joint: 'grow',
    what: 'rings of before the writer is up are not told',
    file: `${CORE}/ingest/grown-rings.ts`,
    from: 'for (const grown of waiting) this.#post(grown)',
    to: '',
    tests: [GROWN_RINGS],
  },
  {
    joint: 'grow',
    what: 'rings of a thread are found in the next turn only',
    file: `${CORE}/ingest/thread-desk.ts`,
    from: 'if (rings.length === 0) this.#sortRings()\n',
    to: '',
    tests: [GROWN_RINGS],
  },
  {
    joint: 'grow',
    what: 'the ports of the writer are without that for rings',
    file: `${CORE}/scope.ts`,
    from: 'rings: rings?.port2',
    to: 'rings: undefined',
    tests: [GROWN_SCOPE],
  },
  {
    joint: 'grow',
    what: 'a process that ends waits no longer for a grown ring',
    file: `${CORE}/scope/exit-wait.ts`,
    from: 'now >= this.#deadlineMs && this.#hasTaken()',
    to: 'false',
    tests: [EXIT_WAIT],
  },
]
