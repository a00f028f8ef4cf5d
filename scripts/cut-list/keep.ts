/** The cuts of what is held back before it is recorded. */

import type { Cut } from './cut.ts'

const KEEP = 'packages/core/src/keep'
const TAIL_STAGE = 'packages/core/test/keep/tail-stage.test.ts'
const WINDOW_STAGE = 'packages/core/test/keep/window-stage.test.ts'
const TAIL = 'packages/core/test/keep/tail.test.ts'
const ENDINGS = 'packages/core/test/keep/endings.test.ts'
const ROUTES = 'packages/core/test/keep/routes.test.ts'
const WINDOW = 'packages/core/test/keep/window.test.ts'
const SAMPLED = 'packages/core/test/keep/sampled.test.ts'
const CAPTURE = 'packages/core/src/capture'

/** At least three a joint. */
export const KEEP_CUTS: readonly Cut[] = [
  {
    joint: 'keep',
    what: 'a film that failed inside is not kept for it',
    file: `${KEEP}/tail-stage.ts`,
    from: 'if (isFailure(word) || (word & FLAG.marked)',
    to: 'if ((word & FLAG.marked)',
    tests: [TAIL_STAGE],
  },
  {
    joint: 'keep',
    what: 'a state goes with its film',
    file: 'packages/core/src/base/apart.ts',
    from: "(kind >= KINDS['state.snapshot'] && kind <= KINDS['entity.died']) || ",
    to: '',
    tests: [TAIL, TAIL_STAGE],
  },
  {
    joint: 'keep',
    what: 'a state that passed is not counted for its film',
    file: `${KEEP}/tail-stage.ts`,
    from: 'if (apart > 0 || flags !== 0) this.#fold.credit(root, time, credit)',
    to: 'if (flags !== 0) this.#fold.credit(root, time, credit)',
    tests: [TAIL_STAGE],
  },
  {
    joint: 'keep',
    what: 'what is decided against is not counted',
    file: `${KEEP}/not-kept.ts`,
    from: 'held.count(chain, this.#counts)',
    to: '',
    tests: [TAIL_STAGE],
  },
  {
    joint: 'keep',
    what: 'late events do not follow the decision',
    file: `${KEEP}/decisions.ts`,
    from: 'this.decide(root, isKept, true)',
    to: '',
    tests: [TAIL_STAGE],
  },
  {
    joint: 'keep',
    what: 'a value that goes over chunks loses its end',
    file: `${KEEP}/held-records.ts`,
    from: 'next = this.#next[next]!',
    to: 'next = next + 1',
    tests: ['packages/core/test/keep/held-records.test.ts'],
  },
  {
    joint: 'keep',
    what: 'a film of too many events is never decided early',
    file: `${KEEP}/tail-stage.ts`,
    from: 'else if (film.records >= this.#settings.maxEvents) this.#decideEarly(film)',
    to: '',
    tests: [TAIL_STAGE],
  },
  {
    joint: 'keep',
    what: 'an exit decides as a stop does',
    file: 'packages/core/src/ingest/strand.ts',
    from: 'Atomics.load(this.#signals, SIGNAL.stop) === STOP.exit',
    to: 'false',
    tests: [ENDINGS],
  },
  {
    joint: 'keep',
    what: 'nothing is decided when the scope stops',
    file: 'packages/core/src/ingest/strand.ts',
    from: 'this.#pipeline.settle(ending)',
    to: '',
    tests: [TAIL],
  },
  {
    joint: 'keep',
    what: 'the window is let go of when something happens',
    file: `${KEEP}/window-stage.ts`,
    from: 'this.#moveOn()\n    this.#promote()',
    to: 'this.#moveOn()',
    tests: [WINDOW_STAGE, WINDOW],
  },
  {
    joint: 'keep',
    what: 'a film that is handed on is cut off where the window closes',
    file: `${KEEP}/window-stage.ts`,
    from: 'this.#isOpen || this.#followed.has(root)',
    to: 'this.#isOpen',
    tests: [WINDOW_STAGE],
  },
  {
    joint: 'keep',
    what: 'what is too old stays in the window',
    file: `${KEEP}/window-stage.ts`,
    from: 'this.#panes[0]!.until < since) this.#dropOldest()',
    to: 'this.#panes[0]!.until < since - 1e12) this.#dropOldest()',
    tests: [WINDOW_STAGE],
  },
  {
    joint: 'routes',
    what: 'films that are not kept are not counted',
    file: `${KEEP}/tail-stage.ts`,
    from: 'this.#count(route, word, durationNs, isKept)',
    to: 'if (isKept) this.#count(route, word, durationNs, isKept)',
    tests: [TAIL_STAGE, ROUTES],
  },
  {
    joint: 'routes',
    what: 'figures do not reach the store with a commit',
    file: 'packages/core/src/ingest/pipeline.ts',
    from: 'routes: this.#parts.routes?.take(all) ?? [],',
    to: '',
    tests: [ROUTES],
  },
  {
    joint: 'routes',
    what: 'where all is kept nothing is counted',
    file: 'packages/core/src/writer.ts',
    from: "routes: keep.policy === 'all' ? routes : undefined",
    to: 'routes: undefined',
    tests: [ROUTES],
  },
  {
    joint: 'sampling',
    what: 'nobody notes the route of a request that is not recorded',
    file: 'packages/express/src/layer-pass.ts',
    from: 'if (plan.isInRoute) plan.enterRoute(request, request.req)',
    to: '',
    tests: ['packages/express/test/differential.test.ts'],
  },
  {
    joint: 'sampling',
    what: 'nobody notes the failure of a request that is not recorded',
    file: 'packages/express/src/layer-pass.ts',
    from: 'request.fail(request.root, error)',
    to: 'return',
    tests: ['packages/express/test/differential.test.ts'],
  },
  {
    joint: 'sampling',
    what: 'a request that is not recorded goes on in the context of another',
    file: 'packages/express/src/layer-pass.ts',
    from: 'if (probe.current() === request.root) return',
    to: 'return',
    tests: ['packages/express/test/sampled.test.ts'],
  },
  {
    joint: 'sampling',
    what: 'a film that was sampled out is not counted for its route',
    file: `${KEEP}/sampled-out.ts`,
    from: 'if (!isEndOfRoot(view, word)) return',
    to: 'return',
    tests: [SAMPLED],
  },
  {
    joint: 'sampling',
    what: 'the ledger is not told what was sampled out',
    file: `${KEEP}/sampled-out.ts`,
    from: 'if (count > 0) rows.push',
    to: 'if (count < 0) rows.push',
    tests: [SAMPLED],
  },
  {
    joint: 'sampling',
    what: 'the birth of a process goes with a film that was sampled out',
    file: `${CAPTURE}/span.ts`,
    from: 'return subject !== 0 && isApart(kind)',
    to: 'return false',
    tests: [SAMPLED],
  },
  {
    joint: 'sampling',
    what: 'a state makes a film of one that was sampled out',
    file: 'packages/core/src/scope/entity-handle.ts',
    from: 'FLAG.parentOrphan : span.marks',
    to: 'FLAG.parentOrphan : 0',
    tests: [SAMPLED],
  },
  {
    joint: 'sampling',
    what: 'a span inside is recorded without its film',
    file: `${CAPTURE}/span.ts`,
    from: 'if (!parent.isRecorded) return FLAG.sampledOut',
    to: 'if (!parent.isRecorded) return 0',
    tests: [SAMPLED],
  },
  {
    joint: 'sampling',
    what: 'a caller who leaves a trace out is not followed',
    file: `${CAPTURE}/sampling.ts`,
    from: '(isSampled ?? this.chance.part() < sample)',
    to: '(isSampled === true || this.chance.part() < sample)',
    tests: [SAMPLED],
  },
]
