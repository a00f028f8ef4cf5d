/**
 * The insides of core that no export reaches, loaded from the built package: what users run is what is measured.
 * The types below say no more than the benchmarks use; a change in core shows as a failed check before anything is timed.
 */

import type { MessagePort } from 'node:worker_threads'
import { MessageChannel } from 'node:worker_threads'
import type { Recorder } from '@cinescope/core/adapter'
import type { Anchor, CinescopeError, Definition, LedgerRow, NodeId, Site } from '@cinescope/protocol'

/** Both clocks of a process. */
export interface Clock {
  now(): number
  wall(): number
}

/** One record as the consumer shows it. */
export interface RecordView {
  readonly seq: number
  readonly f64: Float64Array
  readonly u32: Uint32Array
  readonly f64Base: number
  readonly u32Base: number
  readonly bytes: Uint8Array
  readonly valueAt: number
  readonly valueLength: number
}

/** Takes records and holes. */
export interface RecordSink {
  record(view: RecordView): void
  gap(from: number, to: number): void
}

/** Records states of entities. */
interface States {
  state(subject: StateSubject, state: unknown): void
  changed(subject: StateSubject, state: unknown, paths: readonly (readonly (string | number)[])[]): void
}

/** Whose state it is. */
export interface StateSubject {
  readonly entity: number
  readonly parent: number
  readonly root: number
  readonly flags: number
}

/** The app thread's half of a recording without any thread behind it. */
export interface ProducerRig {
  readonly recorder: Recorder
  readonly ring: { readonly seq: number; readonly refused: number; readonly valuesLost: number }
  readonly consumer: { drain(sink: RecordSink, limit: number): number; backlog(): number }
  readonly states: States
  /** Sends a definition. */
  define(definition: Definition): boolean
  /** Number of a site; its definition is sent once. */
  site(site: Site): number
  /** Definitions sent so far, keys included; a copy for the checks. */
  readonly definitions: readonly Definition[]
}

/** Both halves, the writer's driven by hand. */
export interface WriterRig extends ProducerRig {
  readonly pipeline: {
    drain(limit?: number): number
    commit(seal?: boolean): boolean
    /** Decides on what is held back. */
    settle(ending: 'decide'): void
    readonly accounted: number
  }
  /** Removes what is beyond the budget. */
  prune(): void
  /** Seals, checkpoints and closes the recording. */
  finish(): void
}

/** Sizes of a ring. */
export interface RingSizes {
  readonly records: number
  readonly arenaBytes: number
}

/** What a scope gives itself by default. */
export const DEFAULT_RING: RingSizes = { records: 32_768, arenaBytes: 8_388_608 }
const DEFAULT_VALUES = { maxDepth: 6, maxWidth: 50, maxStringLength: 1024, maxBytes: 8192 }
const DEFAULT_MAX_BYTES = 536_870_912
/** As in core's writer.ts. */
const SEGMENT = { thread: 0, maxRows: 8192, maxValueBytes: 2_097_152 }
const SEAL_ROWS = 2048

/** Which films are kept. */
export interface KeepSettings {
  readonly policy: 'tail'
  readonly slowMs: number
  readonly slowQuantile: number
  readonly reservoir: number
  readonly afterSeconds: number
  readonly maxBytes: number
  readonly maxEvents: number
  readonly maxSeconds: number
}

interface Ledger {
  targetOf(thread: number): object
  prune(limits: { readonly maxBytes: number }, report: (error: CinescopeError) => void): void
}
interface RingMemory {
  readonly control: SharedArrayBuffer
}
interface Tables {
  intern(site: Site): number
}
interface Store {
  finish(): void
}

const BUILT = new URL('../../packages/core/dist/', import.meta.url)

/** The machine's clocks. */
export const systemClock: Clock = { now: () => performance.now(), wall: () => Date.now() }

/** A recorder, its ring, and the consumer at the other end of it. */
export async function createProducerRig(sizes: RingSizes = DEFAULT_RING, clock?: Clock): Promise<ProducerRig> {
  return (await produce(sizes, clock)).rig
}

/** A recorder whose ring a pipeline writes into the recording at `path`. */
export async function createWriterRig(
  path: string,
  clock: Clock,
  node: NodeId,
  maxBytes = DEFAULT_MAX_BYTES,
  keep?: KeepSettings,
): Promise<WriterRig> {
  const { rig, memory, port } = await produce(DEFAULT_RING, clock)
  const { definitionsOf, Intake } = await load<{
    definitionsOf(port: MessagePort): object
    Intake: new (memory: RingMemory, definitions: object) => { consumer: ProducerRig['consumer'] }
  }>('ingest/intake.js')
  const { ThreadLedger } = await load<{ ThreadLedger: new (store: Store) => Ledger }>('ingest/thread-ledger.js')
  const { Correlator } = await load<{ Correlator: new (options: typeof SEGMENT) => object }>('correlate/correlator.js')
  const { Pipeline } = await load<{ Pipeline: new (parts: object) => WriterRig['pipeline'] }>('ingest/pipeline.js')
  const { createSqliteStore } = await load<{ createSqliteStore(path: string, info: object): Store }>(
    'store/sqlite/sqlite-store.js',
  )
  const store = createSqliteStore(path, processOf(node, clock))
  const intake = new Intake(memory, definitionsOf(port))
  const ledger = new ThreadLedger(store)
  const report = (error: CinescopeError): void => {
    throw error
  }
  const fold = new Correlator(SEGMENT)
  const kept = keep === undefined ? {} : await keepParts(fold, keep)
  const pipeline = new Pipeline({
    intake,
    fold,
    ...kept,
    store: ledger.targetOf(0),
    clock,
    counters: () => ({
      'cinescope.writer.cpu_ms': 0,
      'cinescope.probe.cpu_ms': 0,
      'cinescope.writer.commits': 0,
      'cinescope.recording.bytes': 0,
    }),
    sealRows: SEAL_ROWS,
    report,
  })
  return {
    ...rig,
    consumer: intake.consumer,
    pipeline,
    prune: () => ledger.prune({ maxBytes }, report),
    finish: () => {
      pipeline.commit(true)
      store.finish()
      port.close()
    },
  }
}

/** The stage of a policy, and the table of routes that it counts into. */
async function keepParts(fold: object, keep: KeepSettings): Promise<{ stage: object; routes: object }> {
  const { RouteTable } = await load<{ RouteTable: new (thread: number, now: () => number) => object }>(
    'keep/route-table.js',
  )
  const { keepStage } = await load<{ keepStage(fold: object, settings: KeepSettings, routes: object): object }>(
    'keep/keep-stage.js',
  )
  const routes = new RouteTable(0, () => performance.now())
  return { stage: keepStage(fold, keep, routes), routes }
}

/** Sum of what a ledger says for one reason. */
export function countOf(rows: readonly LedgerRow[], reason: LedgerRow['reason']): number {
  return rows.reduce((sum, row) => (row.reason === reason ? sum + row.count : sum), 0)
}

async function produce(
  sizes: RingSizes,
  clock: Clock | undefined,
): Promise<{ rig: ProducerRig; memory: RingMemory; port: MessagePort }> {
  const { allocateRing } = await load<{ allocateRing(options: object): RingMemory }>('ring/memory.js')
  const { RingProducer } = await load<{ RingProducer: new (memory: RingMemory) => ProducerRig['ring'] }>(
    'ring/producer.js',
  )
  const { RingConsumer } = await load<{ RingConsumer: new (memory: RingMemory) => ProducerRig['consumer'] }>(
    'ring/consumer.js',
  )
  const { Recorder } = await load<{ Recorder: new (parts: object) => ProducerRig['recorder'] }>('capture/recorder.js')
  const { StateRecorder } = await load<{
    StateRecorder: new (recorder: Recorder, ring: ProducerRig['ring'], limits: object, settings: object) => States
  }>('capture/states.js')
  const { createSiteTable } = await load<{ createSiteTable(define: (definition: Definition) => boolean): Tables }>(
    'capture/interner.js',
  )
  const { createRedaction } = await load<{ createRedaction(options: object): object }>('value/redaction.js')
  const { createKeyTable } = await load<{ createKeyTable(options: object): object }>('value/keys.js')
  const { ValueEncoder } = await load<{ ValueEncoder: new (...parts: readonly object[]) => object }>('value/encoder.js')
  const own = await load<{ createSystemClock(): Clock }>('base/clock.js')

  const { port1, port2 } = new MessageChannel()
  const definitions: Definition[] = []
  const define = (definition: Definition): boolean => {
    definitions.push(definition)
    port1.postMessage(definition)
    return true
  }
  port1.unref()
  port2.unref()
  const memory = allocateRing({ strategy: 'drop', ...sizes })
  const ring = new RingProducer(memory)
  const redaction = createRedaction({})
  const keys = createKeyTable({
    maxKeys: 65_536,
    redaction,
    onDefine: (number: number, text: string) => define({ kind: 'key', number, text }),
  })
  const recorder = new Recorder({
    ring,
    values: new ValueEncoder(keys, redaction, DEFAULT_VALUES),
    // the very clock a scope uses, so that its call sites see what they see in a scope
    clock: clock ?? own.createSystemClock(),
    limits: DEFAULT_VALUES,
    figures: new Float64Array(16),
  })
  const sites = createSiteTable(define)
  const rig = {
    recorder,
    states: new StateRecorder(recorder, ring, DEFAULT_VALUES, { limitChanges: 0 }),
    ring,
    define,
    consumer: new RingConsumer(memory),
    site: (site: Site) => sites.intern(site),
    definitions,
  }
  return { rig, memory, port: port2 }
}

function processOf(node: NodeId, clock: Clock): object {
  const anchor = { atNs: Math.round(clock.now() * 1e6), wallMs: clock.wall() } as Anchor
  return {
    node,
    pid: process.pid,
    service: 'bench',
    hostname: 'bench',
    nodeVersion: process.version,
    cinescopeVersion: 'bench',
    anchor,
  }
}

/** `T` is what the module is known to hold; calls fail loudly if it does not. */
async function load<T>(path: string): Promise<T> {
  return (await import(new URL(path, BUILT).href)) as T
}
