/** The cuts of retention: limits, the log's share of the budget, and the upkeep of recordings that nobody writes. */

import type { Cut } from './cut.ts'

const CORE = 'packages/core/src'
const SQLITE = `${CORE}/store/sqlite`
const STORES = ['packages/core/test/store/memory-store.test.ts', 'packages/core/test/store/sqlite-store.test.ts']
const RETENTION = ['packages/core/test/ingest/retention.test.ts']
const LOG = ['packages/core/test/store/log-budget.test.ts']
const KEPT = ['packages/core/test/store/segment-cache.test.ts']
const UPKEEP = ['packages/core/test/recording/upkeep/upkeep.test.ts']

/** At least three a joint. */
export const RETENTION_CUTS: readonly Cut[] = [
  {
    joint: 'retention',
    what: 'the last that was removed stays in the log',
    file: 'packages/core/src/store/sqlite/sqlite-store.ts',
    from: 'this.#giveBack(maxBytes)',
    to: '',
    tests: ['packages/core/test/store/log-budget.test.ts'],
  },
  {
    joint: 'retention',
    what: 'age does not count',
    file: `${CORE}/store/removal.ts`,
    from: ' || timeHigh < this.#fromNs',
    to: '',
    tests: STORES,
  },
  {
    joint: 'retention',
    what: 'the number of events does not count',
    file: `${CORE}/store/removal.ts`,
    from: ' || this.#events > 0',
    to: '',
    tests: STORES,
  },
  {
    joint: 'retention',
    what: 'events age by the wall clock',
    file: `${CORE}/ingest/retention.ts`,
    from: '(clock.now() - maxAgeMs) * 1e6',
    to: '(clock.wall() - 1_760_000_000_000 - maxAgeMs) * 1e6',
    tests: RETENTION,
  },
  {
    joint: 'retention',
    what: 'what is in tails never ages',
    file: `${CORE}/ingest/retention.ts`,
    from: 'isSealed = strand.finishSegment() && isSealed',
    to: '',
    tests: RETENTION,
  },
  {
    joint: 'retention',
    what: 'an idle writer does not look at the age of anything',
    file: `${CORE}/writer.ts`,
    from: 'LOOK_AROUND_MS = 1000',
    to: 'LOOK_AROUND_MS = 1e9',
    tests: ['packages/core/test/config/every-key.test.ts'],
  },
  {
    joint: 'retention',
    what: 'a reader keeps what it has decoded of segments that were removed',
    file: `${CORE}/store/read/segment-reader.ts`,
    from: '      this.#cache.forgetGone(this.#segments)\n',
    to: '',
    tests: KEPT,
  },
  {
    joint: 'retention',
    what: 'what a reader forgets still counts as kept',
    file: `${CORE}/store/read/segment-cache.ts`,
    from: 'this.#rollupBytes -= forget(',
    to: 'forget(',
    tests: KEPT,
  },
  {
    joint: 'retention',
    what: 'a reader keeps the name of every entity it ever met',
    file: `${SQLITE}/read-view.ts`,
    from: 'keep(this.#entities, number, entity, KEPT_NAMES)',
    to: 'this.#entities.set(number, entity)',
    tests: ['packages/core/test/store/kept-names.test.ts'],
  },
  {
    joint: 'budget',
    what: 'the log of a recording is never begun anew by its writer',
    file: `${SQLITE}/log-keeper.ts`,
    from: 'if (length < this.#anewFrom) return\n',
    to: 'if (length > -1) return\n',
    tests: LOG,
  },
  {
    joint: 'budget',
    what: 'commits go on while a reader holds the log, whatever it takes',
    file: `${SQLITE}/log-keeper.ts`,
    from: 'if (isFull) throw heldLog(this.#maxBytes)',
    to: 'void heldLog',
    tests: LOG,
  },
  {
    joint: 'budget',
    what: 'the file takes the share of the log',
    file: `${SQLITE}/page-budget.ts`,
    from: 'const most = maxBytes - Math.max(logShare(maxBytes), logBytes)',
    to: 'const most = maxBytes * 1.1 + logBytes * 0',
    tests: LOG,
  },
  {
    joint: 'budget',
    what: 'what is removed is not freed',
    file: `${SQLITE}/segment-remover.ts`,
    from: 'this.#sql.dropPages.run(first, first + MAX_SEGMENT_PAGES)',
    to: 'this.#sql.dropPages.run(first, first)',
    tests: LOG,
  },
  {
    joint: 'budget',
    what: 'a thread is told of the last removal only',
    file: `${CORE}/ingest/thread-ledger.ts`,
    from: 'this.#pruned.set(thread, this.prunedOf(thread) + count)',
    to: 'this.#pruned.set(thread, count)',
    tests: ['packages/core/test/badluck/budget.test.ts'],
  },
  {
    joint: 'upkeep',
    what: 'what is pruned afterwards is not moved in the ledger',
    file: `${SQLITE}/owned-recording.ts`,
    from: 'subtract.run(count, kind)',
    to: '',
    tests: UPKEEP,
  },
  {
    joint: 'upkeep',
    what: 'a recording is changed while it is written',
    file: `${SQLITE}/owned-recording.ts`,
    from: 'if (lock !== undefined) return lock\n',
    to: 'return lock as unknown as RecordingLock\n',
    tests: UPKEEP,
  },
  {
    joint: 'upkeep',
    what: 'the room that pruning frees is not given back',
    file: `${CORE}/recording/upkeep/prune.ts`,
    from: 'if (segments > 0) await giveBack(owned, turn)',
    to: 'void giveBack',
    tests: UPKEEP,
  },
  {
    joint: 'upkeep',
    what: 'each step of pruning is many transactions',
    file: `${SQLITE}/owned-recording.ts`,
    from: "this.database.exec('BEGIN IMMEDIATE')",
    to: '',
    tests: UPKEEP,
  },
  {
    joint: 'upkeep',
    what: 'what a compaction that was killed has left stays for ever',
    file: `${CORE}/recording/upkeep/compact.ts`,
    from: 'const temporary = compactPath(owned.path)',
    to: 'const temporary = `${compactPath(owned.path)}${process.pid}`',
    tests: UPKEEP,
  },
  {
    joint: 'upkeep',
    what: 'a disk without room for a log is noticed when the file wants one',
    file: `${SQLITE}/open.ts`,
    from: '    requireRoom(path)\n',
    to: '',
    tests: UPKEEP,
  },
  {
    joint: 'upkeep',
    what: 'the newest recordings go first',
    file: `${CORE}/recording/upkeep/prune-directory.ts`,
    from: 'if (isLive || index < (keepLast ?? 0)) return false',
    to: 'if (isLive || index >= (keepLast ?? 0)) return false',
    tests: UPKEEP,
  },
]
