/** The recording end of one thread: everything between a probe and its ring. */

import { randomInt } from 'node:crypto'
import { keyNumber, MAX_KEYS, MAX_SITES, type NodeId, siteBase } from '@cinescope/protocol'
import { createSystemClock } from '../base/clock.ts'
import { createFaults, type Faults } from '../base/faults.ts'
import { LiveSettings } from '../options/live-settings.ts'
import type { ScopeSettings } from '../options/scope-options.ts'
import { STATUS, type StatusMemory } from '../base/status.ts'
import { Chance } from '../capture/chance.ts'
import { createEntityTable, createSiteTable, type DefinitionSink } from '../capture/interner.ts'
import { Probe } from '../capture/probe.ts'
import { Recorder } from '../capture/recorder.ts'
import { Sampling } from '../capture/sampling.ts'
import { StateRecorder } from '../capture/states.ts'
import { COUNTER } from '../ingest/thread-contract.ts'
import type { GrownRing, RingMemory } from '../ring/memory.ts'
import { RingProducer } from '../ring/producer.ts'
import { ValueEncoder } from '../value/encoder.ts'
import { createKeyTable } from '../value/keys.ts'
import { createRedaction } from '../value/redaction.ts'
import { scrubText } from '../value/scrub.ts'
import type { ScopeParts } from './running-scope.ts'

/** What a thread records with. */
export type CaptureParts = Pick<
  ScopeParts,
  'probe' | 'live' | 'ring' | 'keys' | 'sites' | 'entities' | 'faults' | 'keepAllMs'
>

/** Whose events they are, and where they go. */
export interface CaptureTarget {
  readonly node: NodeId
  readonly thread: number
  readonly ring: RingMemory
  /** Hands a ring that is added to it to the writer. */
  readonly tellRing: (grown: GrownRing) => void
  readonly status: StatusMemory
  /** See `COUNTER`. */
  readonly counters: SharedArrayBuffer
  /** What has been changed of the settings: memory of `allocateChanges`. */
  readonly changes: SharedArrayBuffer
  readonly define: DefinitionSink
}

/** Builds them. */
export function captureParts(settings: ScopeSettings, target: CaptureTarget): CaptureParts {
  const { node, thread, define } = target
  const counters = new Int32Array(target.counters)
  const faults: Faults = createFaults(settings.onInternalError)
  const ring = new RingProducer(target.ring, target.tellRing)
  const redaction = createRedaction(settings.redaction)
  const keys = createKeyTable({
    maxKeys: MAX_KEYS,
    redaction,
    onDefine: (key, text) => define({ kind: 'key', number: keyNumber(thread, key), text }),
  })
  const live = new LiveSettings(settings, target.changes)
  const limits = live.now.values
  const values = new ValueEncoder(keys, redaction, limits)
  const recorder = new Recorder({
    ring,
    values,
    clock: createSystemClock(),
    limits,
    figures: new Float64Array(target.status.figures),
  })
  const sites = createSiteTable(define, siteBase(thread), MAX_SITES, (name) => scrubText(name, redaction))
  const entities = createEntityTable(define, () => Atomics.add(counters, COUNTER.entities, 1) + 1)
  const probe = new Probe({
    node,
    thread,
    recorder,
    states: new StateRecorder(recorder, ring, limits, live),
    sampling: new Sampling(live.now, new Chance(randomInt(1, 2 ** 32))),
    sites,
    entities,
    report: (error) => faults.report(error),
    preset: settings.preset,
    sources: settings.sources,
    redaction,
  })
  return {
    probe,
    live,
    ring,
    keys,
    sites,
    entities,
    faults,
    keepAllMs: settings.keep.policy === 'all' ? undefined : settings.keep.maxSeconds * 1000,
  }
}

/** Writes down for the writer what only this thread knows; gives the events offered. */
export function tellFigures({ ring, keys, sites, entities, probe }: CaptureParts, status: StatusMemory): number {
  const figures = new Float64Array(status.figures)
  figures[STATUS.probeCpuMs] = probe.recorder.probeCpuMs
  figures[STATUS.valuesLost] = ring.valuesLost
  figures[STATUS.spansThinned] = probe.thinning?.spans ?? 0
  figures[STATUS.valuesThinned] = probe.thinning?.values ?? 0
  figures[STATUS.uninterned] = sites.overflowed + keys.overflowed + entities.overflowed
  return ring.seq
}
