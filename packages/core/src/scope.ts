/** Composition root of the app thread: from options to a running scope. */

import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { dirname } from 'node:path'
import { MessageChannel } from 'node:worker_threads'
import {
  CinescopeError,
  type Definition,
  type Hook,
  isTooOld,
  KINDS,
  MAX_KEYS,
  type NodeId,
  nodeId,
  OLDEST_NODE,
} from '@cinescope/protocol'
import type { ModuleHook } from './adapter/module-hook.ts'
import { anchorOf, createSystemClock } from './base/clock.ts'
import { createFaults, type Faults } from './base/faults.ts'
import type { ProcessInfo } from './base/process.ts'
import { type ScopeOptions, type ScopeSettings, settleOptions } from './base/scope-options.ts'
import { allocateStatus, STATUS, type StatusMemory } from './base/status.ts'
import { createEntityTable, createSiteTable } from './capture/interner.ts'
import { Probe } from './capture/probe.ts'
import { Recorder } from './capture/recorder.ts'
import { allocateRing, type RingMemory } from './ring/memory.ts'
import { RingProducer } from './ring/producer.ts'
import { drainAtExit } from './scope/exit.ts'
import { registeredScope } from './scope/registered.ts'
import { makeDirectory } from './scope/recording-directory.ts'
import { recordingPath, RunningScope, type Scope, type ScopeParts } from './scope/running-scope.ts'
import { WriterHandle } from './scope/writer-handle.ts'
import { startSources } from './sources/table.ts'
import { ValueEncoder } from './value/encoder.ts'
import { createKeyTable } from './value/keys.ts'
import { createRedaction } from './value/redaction.ts'
import { VERSION } from './scope/version.ts'

/** The smallest ring, for a scope that records nothing. */
const NO_RING = { strategy: 'drop', records: 64, arenaBytes: 131_072 } as const

/**
 * Starts recording this process. Resolves before the writer is up; the ring holds what is recorded meanwhile.
 * A scope that cannot start says so once, counts it, and leaves the host running. @throws CSC_ERR_OPTION
 */
export async function createScope(options?: ScopeOptions): Promise<Scope> {
  const settings = settleOptions(options, process.env, process.argv[1])
  return registeredScope(options) ?? startScope(settings)
}

/** What a scope is started with beside its options. */
export interface Extras {
  /** Of adapters that nobody has mounted. */
  readonly moduleHooks: readonly ModuleHook[]
  /** Hooks of which it is known already how they are. */
  readonly known: readonly Hook[]
}

/** Starts a scope of settled options. */
export async function startScope(
  settings: ScopeSettings,
  { moduleHooks, known }: Extras = { moduleHooks: [], known: [] },
): Promise<Scope> {
  const node = nodeId(randomBytes(6).toString('hex'))
  const ring = allocateRing(settings.enabled ? settings.ring : NO_RING)
  const status = allocateStatus()
  const definitions = new MessageChannel()
  const define = (definition: Definition): void => definitions.port1.postMessage(definition)
  const parts = captureParts(settings, node, ring, status, define)
  if (!settings.enabled) {
    definitions.port1.close()
    parts.probe.stop()
    return new RunningScope({
      ...parts,
      status,
      path: undefined,
      writer: undefined,
      queries: undefined,
      releaseProcess: () => undefined,
    })
  }
  const path = settings.store === 'memory' ? undefined : recordingPath(settings.directory, node, new Date())
  const queries = path === undefined ? new MessageChannel() : undefined
  const input = {
    ring,
    status,
    definitions: definitions.port2,
    process: processInfo(settings, node),
    path,
    maxBytes: settings.maxBytes,
    queries: queries?.port2,
  }
  const writer = await startWriter(input, parts)
  const releaseProcess = writer === undefined ? () => undefined : watchProcess(settings, parts, writer)
  if (writer !== undefined) {
    const tell = (hook: Hook): void => define({ kind: 'hook', hook })
    startSources(parts.probe, { moduleHooks, tell })
    for (const hook of known) tell(hook)
  }
  return new RunningScope({ ...parts, status, path, writer, queries: queries?.port1, releaseProcess })
}

type CaptureParts = Pick<ScopeParts, 'probe' | 'ring' | 'keys' | 'sites' | 'entities' | 'faults'>

function captureParts(
  settings: ScopeSettings,
  node: NodeId,
  memory: RingMemory,
  status: StatusMemory,
  define: (definition: Definition) => void,
): CaptureParts {
  const faults: Faults = createFaults(settings.onInternalError)
  const ring = new RingProducer(memory)
  const redaction = createRedaction(settings.redaction)
  const keys = createKeyTable({
    maxKeys: MAX_KEYS,
    redaction,
    onDefine: (number, text) => define({ kind: 'key', number, text }),
  })
  const values = new ValueEncoder(keys, redaction, settings.values)
  const recorder = new Recorder({
    ring,
    values,
    clock: createSystemClock(),
    maxValueBytes: settings.values.maxBytes,
    figures: new Float64Array(status.figures),
  })
  const sites = createSiteTable(define)
  const entities = createEntityTable(define)
  const probe = new Probe({
    node,
    thread: 0,
    recorder,
    sites,
    entities,
    report: (error) => faults.report(error),
    sources: settings.sources,
  })
  return { probe, ring, keys, sites, entities, faults }
}

async function startWriter(
  input: ConstructorParameters<typeof WriterHandle>[0],
  parts: CaptureParts,
): Promise<WriterHandle | undefined> {
  const report = (error: CinescopeError): void => parts.faults.report(error)
  try {
    checkNode()
    if (input.path !== undefined) await makeDirectory(dirname(input.path))
    return new WriterHandle(input, {
      report,
      onGone: () => parts.probe.stop(),
      offered: () => tellFigures(parts, input.status),
    })
  } catch (cause) {
    report(
      cause instanceof CinescopeError
        ? cause
        : new CinescopeError('CSC_ERR_START', 'the writer thread could not be started', { cause }),
    )
    parts.probe.stop()
    return undefined
  }
}

/** The writer needs what older versions lack; said here, since what the import would say helps nobody. @throws CSC_ERR_START */
function checkNode(): void {
  if (!isTooOld(process.versions.node)) return
  const message = `nothing is recorded, the program runs on: Node ${process.versions.node} is too old; ${OLDEST_NODE} or newer is needed`
  throw new CinescopeError('CSC_ERR_START', message)
}

/** Writes down for the writer what only this thread knows; gives the events offered. */
function tellFigures({ ring, keys, sites, entities, probe }: CaptureParts, status: StatusMemory): number {
  const figures = new Float64Array(status.figures)
  figures[STATUS.probeCpuMs] = probe.recorder.probeCpuMs
  figures[STATUS.valuesLost] = ring.valuesLost
  figures[STATUS.uninterned] = sites.overflowed + keys.overflowed + entities.overflowed
  return ring.seq
}

/** Drains at exit and records what kills the process. Returns what takes it all off again. */
function watchProcess(settings: ScopeSettings, { probe }: CaptureParts, writer: WriterHandle): () => void {
  const site = probe.site({ name: 'uncaughtException', framework: 'node' })
  const onFatal = (error: unknown): void => {
    const span = probe.current()
    probe.recorder.point(KINDS.error, site, span?.seq ?? 0, span?.root.seq ?? 0, error === undefined ? null : error)
  }
  const release = drainAtExit(() => {
    probe.stop()
    writer.stopNow()
  }, settings.handleSignals)
  process.on('uncaughtExceptionMonitor', onFatal)
  return () => {
    process.off('uncaughtExceptionMonitor', onFatal)
    release()
  }
}

function processInfo(settings: ScopeSettings, node: NodeId): ProcessInfo {
  return {
    node,
    pid: process.pid,
    service: settings.service,
    hostname: hostname(),
    nodeVersion: process.version,
    cinescopeVersion: VERSION,
    anchor: anchorOf(createSystemClock()),
  }
}
