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
  type NodeId,
  nodeId,
  OLDEST_NODE,
} from '@cinescope/protocol'
import type { ModuleHook } from './adapter/module-hook.ts'
import { anchorOf, createSystemClock } from './base/clock.ts'
import { allocateChanges } from './options/live-settings.ts'
import { checkOptions } from './options/option-rules.ts'
import type { ProcessInfo } from './base/process.ts'
import type { ScopeOptions, ScopeSettings } from './options/scope-options.ts'
import { SCOPE_SCHEMA } from './options/scope-schema.ts'
import { allocateStatus } from './base/status.ts'
import { settle, settleThread } from './config/settle.ts'
import { tellThreads } from './ingest/thread-contract.ts'
import { allocateRing, type GrownRing } from './ring/memory.ts'
import { type CaptureParts, captureParts, tellFigures } from './scope/capture-parts.ts'
import { invitationHere, invite, joinScope, tellOfThreads } from './scope/join.ts'
import { keepBudget } from './scope/keep-budget.ts'
import { tellKept } from './scope/keep-request.ts'
import { registeredScope } from './scope/registered.ts'
import { makeDirectory, recordingPath } from './scope/recording-directory.ts'
import { RunningScope, type Scope } from './scope/running-scope.ts'
import { followSettings } from './scope/settings-change.ts'
import { tendRing } from './scope/tend-ring.ts'
import { watchProcess } from './scope/watch-process.ts'
import { WriterHandle } from './scope/writer-handle.ts'
import { startSources } from './sources/table.ts'
import { VERSION } from './scope/version.ts'

/** The smallest ring, for a scope that records nothing. */
const NO_RING = { strategy: 'drop', records: 64, arenaBytes: 131_072 } as const

/**
 * Starts recording this process, or, in a thread of a process that is recorded, joins its recording: what belongs to the
 * recording is as that was started. Options are said here, in a config file and by the environment. Resolves before the writer is up; the ring holds what is recorded meanwhile.
 * A scope that cannot start says so once, counts it, and leaves the host running. @throws CSC_ERR_OPTION @throws CSC_ERR_CONFIG
 */
export async function createScope(options?: ScopeOptions): Promise<Scope> {
  const said = { code: options, environment: process.env, program: process.argv[1] }
  checkOptions(options, SCOPE_SCHEMA, 'createScope')
  const joined = registeredScope(options)
  if (joined !== undefined) return joined
  const invitation = invitationHere()
  if (invitation === undefined) {
    const { settings, warning } = await settle(said)
    return startScope(settings, { ...NOTHING_MORE, warning })
  }
  const settings = settleThread(invitation.settings, said)
  return settings.enabled ? joinScope(invitation, settings, []) : startScope(settings)
}

/** What a scope is started with beside its options. */
export interface Extras {
  /** Of adapters that nobody has mounted. */
  readonly moduleHooks: readonly ModuleHook[]
  /** Hooks of which it is known already how they are. */
  readonly known: readonly Hook[]
  /** What was said that means nothing. */
  readonly warning: CinescopeError | undefined
}

const NOTHING_MORE: Extras = { moduleHooks: [], known: [], warning: undefined }

/** Starts a scope of settled options. */
export async function startScope(
  settings: ScopeSettings,
  { moduleHooks, known, warning }: Extras = NOTHING_MORE,
): Promise<Scope> {
  const node = nodeId(randomBytes(6).toString('hex'))
  const ring = allocateRing(settings.enabled ? settings.ring : NO_RING)
  const status = allocateStatus()
  const definitions = new MessageChannel()
  const define = (definition: Definition): boolean => {
    definitions.port1.postMessage(definition)
    return true
  }
  const counters = new SharedArrayBuffer(8)
  const changes = allocateChanges()
  const rings = settings.ring.strategy === 'grow' ? new MessageChannel() : undefined
  const tellRing = (grown: GrownRing): void => rings?.port1.postMessage(grown)
  const parts = captureParts(settings, { node, thread: 0, ring, tellRing, status, counters, changes, define })
  if (!settings.enabled) {
    definitions.port1.close()
    rings?.port1.close()
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
  if (warning !== undefined) parts.faults.report(warning)
  const path = settings.store === 'memory' ? undefined : recordingPath(settings.directory, node, new Date())
  const queries = path === undefined ? new MessageChannel() : undefined
  const input = {
    ring,
    rings: rings?.port2,
    status,
    definitions: definitions.port2,
    process: processInfo(settings, node),
    path,
    settings: parts.live.now,
    changes,
    control: settings.control,
    queries: queries?.port2,
  }
  const writer = await startWriter(input, parts)
  const releases: (() => void)[] = []
  if (writer !== undefined) {
    releases.push(watchProcess(settings, parts, writer), tendRing(parts.ring))
    releases.push(keepBudget(parts, status))
    tellOfThreads(parts, ring.wake)
    releases.push(invite({ node, path, wake: ring.wake, status, counters, changes, settings: crossing(settings) }))
    const tell = (hook: Hook): void => void define({ kind: 'hook', hook })
    startSources(parts.probe, { moduleHooks, tell })
    for (const hook of known) tell(hook)
  }
  const releaseProcess = (): void => {
    for (const release of releases) release()
  }
  return new RunningScope({ ...parts, status, path, writer, queries: queries?.port1, releaseProcess })
}

/** What of the settings can cross to another thread. */
function crossing({ onInternalError: _function, ...settings }: ScopeSettings): Omit<ScopeSettings, 'onInternalError'> {
  return settings
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
      onGone() {
        parts.probe.stop()
        // whether it has finished the recording or has failed
        tellThreads(parts.probe.node, 'end')
      },
      offered: () => tellFigures(parts, input.status),
      onSettings: () => followSettings(parts),
      onKept: (reason, atMs) => tellKept(parts.probe, reason, atMs),
      waitingInGrown: () => parts.ring.waitingInGrown,
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
