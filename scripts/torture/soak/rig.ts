/** Both halves of a recording in this thread, on a clock that is moved by hand: probe, ring, correlation, store. No thread waits. */

import { hostname } from 'node:os'
import { join } from 'node:path'
import { type CinescopeError, type Definition, keyNumber, MAX_KEYS, nodeId, type NodeId } from '@cinescope/protocol'
import { createManualClock, type ManualClock } from '@cinescope/testkit'
import { anchorOf } from '../../../packages/core/src/base/clock.ts'
import { createEntityTable, createSiteTable } from '../../../packages/core/src/capture/interner.ts'
import type { EntityTable, SiteTable } from '../../../packages/core/src/capture/interner.ts'
import { Recorder } from '../../../packages/core/src/capture/recorder.ts'
import { Correlator } from '../../../packages/core/src/correlate/correlator.ts'
import { Intake } from '../../../packages/core/src/ingest/intake.ts'
import { Pipeline } from '../../../packages/core/src/ingest/pipeline.ts'
import { ThreadLedger } from '../../../packages/core/src/ingest/thread-ledger.ts'
import { allocateRing } from '../../../packages/core/src/ring/memory.ts'
import { RingProducer } from '../../../packages/core/src/ring/producer.ts'
import { createSqliteStore } from '../../../packages/core/src/store/sqlite/sqlite-store.ts'
import { ValueEncoder } from '../../../packages/core/src/value/encoder.ts'
import { createKeyTable, type KeyTable } from '../../../packages/core/src/value/keys.ts'
import { createRedaction } from '../../../packages/core/src/value/redaction.ts'

/** See the file's first line. */
export interface Rig {
  readonly node: NodeId
  readonly path: string
  readonly clock: ManualClock
  readonly recorder: Recorder
  readonly sites: SiteTable
  readonly entities: EntityTable
  readonly keys: KeyTable
  /** What the writer has reported since it was asked last. */
  takeFaults(): readonly CinescopeError[]
  /** What the writer does every 100 ms: takes all there is, commits it, and every eighth time removes what is too old. */
  turn(): void
  /** Segments and tails made so far. */
  readonly commits: number
  finish(): void
}

/** As in the writer. */
const SEGMENT = { thread: 0, maxRows: 8192, maxValueBytes: 2_097_152 }
const SEAL_ROWS = 2048
const PRUNE_EVERY_COMMITS = 8
const VALUES = { maxDepth: 6, maxWidth: 50, maxStringLength: 1024, maxBytes: 8192 }

/** Makes one whose first event has the number `firstSeq` + 1. */
export function createRig(directory: string, maxBytes: number, firstSeq: number): Rig {
  const clock = createManualClock()
  const node = nodeId('50a650a650a6')
  const path = join(directory, `20260101T000000000Z-1-${node}.cine`)
  const defined: Definition[] = []
  const define = (definition: Definition): boolean => defined.push(definition) > 0
  const capture = captureOf(clock, define, firstSeq)
  const faults: CinescopeError[] = []
  const report = (error: CinescopeError): void => void faults.push(error)
  const info = {
    node,
    pid: 1,
    service: 'soak',
    hostname: hostname(),
    nodeVersion: process.version,
    cinescopeVersion: 'soak',
  }
  const store = createSqliteStore(path, { ...info, anchor: anchorOf(clock) })
  const ledger = new ThreadLedger(store)
  const intake = new Intake(capture.memory, { take: () => defined.splice(0) })
  intake.consumer.lastSeq = firstSeq
  const pipeline = new Pipeline({
    intake,
    fold: new Correlator(SEGMENT),
    store: ledger.targetOf(0),
    clock,
    counters: () => ({ 'cinescope.writer.commits': pipeline.commits, 'cinescope.recording.bytes': store.bytes() }),
    sealRows: SEAL_ROWS,
    report,
  })
  return {
    node,
    path,
    clock,
    takeFaults: () => faults.splice(0),
    ...capture,
    turn() {
      while (pipeline.drain() > 0);
      pipeline.commit()
      if (pipeline.commits % PRUNE_EVERY_COMMITS === 0) ledger.prune({ maxBytes }, report)
    },
    get commits() {
      return pipeline.commits
    },
    finish() {
      pipeline.commit(true)
      store.finish()
    },
  }
}

function captureOf(clock: ManualClock, define: (definition: Definition) => boolean, firstSeq: number) {
  const memory = allocateRing({ strategy: 'drop', records: 32_768, arenaBytes: 4_194_304 })
  const ring = new RingProducer(memory)
  ring.seq = firstSeq
  const redaction = createRedaction({})
  const keys = createKeyTable({
    maxKeys: MAX_KEYS,
    redaction,
    onDefine: (key, text) => define({ kind: 'key', number: keyNumber(0, key), text }),
  })
  let entity = 0
  const recorder = new Recorder({
    ring,
    values: new ValueEncoder(keys, redaction, VALUES),
    clock,
    limits: VALUES,
    figures: new Float64Array(16),
  })
  return { memory, recorder, keys, sites: createSiteTable(define), entities: createEntityTable(define, () => ++entity) }
}
