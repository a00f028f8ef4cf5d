/** Joining the recording of the process from another of its threads. */

import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads'
import { CinescopeError, LAST_THREAD } from '@cinescope/protocol'
import type { ModuleHook } from '../adapter/module-hook.ts'
import type { ScopeSettings } from '../options/scope-options.ts'
import { allocateStatus, SIGNAL } from '../base/status.ts'
import { COUNTER, INVITATION, type Invitation, tellWriter } from '../ingest/thread-contract.ts'
import { RingPost } from '../ingest/grown-rings.ts'
import { allocateDefinitions, DefinitionProducer } from '../ring/definition-log.ts'
import { allocateRing } from '../ring/memory.ts'
import { wakeWriter } from '../ring/wake.ts'
import { startSources } from '../sources/table.ts'
import { type CaptureParts, captureParts, tellFigures } from './capture-parts.ts'
import { JoinedWriter } from './joined-writer.ts'
import { keepBudget } from './keep-budget.ts'
import { RunningScope, type Scope } from './running-scope.ts'
import { followSettings } from './settings-change.ts'
import { tendRing } from './tend-ring.ts'
import { watchProcess } from './watch-process.ts'

/** Tells the threads that are started from here on; those of the first scope of a process join it. Gives what takes it back. */
export function invite(invitation: Invitation): () => void {
  if (getEnvironmentData(INVITATION) !== undefined) return () => undefined
  setEnvironmentData(INVITATION, invitation)
  return () => setEnvironmentData(INVITATION, undefined)
}

/** Tells the writer of threads that this one has started and that are gone: those ended from outside say nothing themselves. */
export function tellOfThreads({ probe }: CaptureParts, wake: SharedArrayBuffer): void {
  probe.onThreadEnd = (ended) => {
    tellWriter(probe.node, { kind: 'ended', threadId: ended })
    wakeWriter(new Int32Array(wake))
  }
}

/** What this thread was told, while that recording goes on. */
export function invitationHere(): Invitation | undefined {
  if (isMainThread) return undefined
  const invitation = getEnvironmentData(INVITATION) as Invitation | undefined
  if (invitation === undefined) return undefined
  return Atomics.load(new Int32Array(invitation.status.signals), SIGNAL.state) >= 2 ? undefined : invitation
}

/** A scope that records this thread into the recording of its process. It gets a ring of its own. */
export function joinScope(invitation: Invitation, settings: ScopeSettings, moduleHooks: readonly ModuleHook[]): Scope {
  const { node, counters, wake, changes } = invitation
  const thread = Atomics.add(new Int32Array(counters), COUNTER.threads, 1) + 1
  const ring = allocateRing(settings.ring, wake)
  const status = allocateStatus()
  const definitions = allocateDefinitions()
  const producer = new DefinitionProducer(definitions)
  const rings = new RingPost((grown) => tellWriter(node, { kind: 'ring', thread, grown }))
  const parts = captureParts(settings, {
    node,
    thread: Math.min(thread, LAST_THREAD),
    ring,
    tellRing: (grown) => rings.tell(grown),
    status,
    counters,
    changes,
    define: (definition) => producer.put(definition),
  })
  if (thread > LAST_THREAD) {
    parts.faults.report(tooManyThreads())
    parts.probe.stop()
    return new RunningScope({ ...parts, ...NOTHING, status })
  }
  const offered = (): number => tellFigures(parts, status)
  const onGone = (): void => parts.probe.stop()
  const report = (error: CinescopeError): void => parts.faults.report(error)
  const onSettings = (): void => followSettings(parts)
  const memory = { thread, ring, rings, definitions, status }
  const writer = new JoinedWriter(invitation, { ...memory, offered, onGone, onSettings, report })
  tellOfThreads(parts, wake)
  // signals reach the main thread only
  const { signal: _signal, ...withoutSignal } = settings.keep
  const releaseExit = watchProcess({ ...settings, handleSignals: false, keep: withoutSignal }, parts, writer)
  const releases = [releaseExit, tendRing(parts.ring), keepBudget(parts, status)]
  // how a hook is does not depend on the thread, and the one that started the recording has told it
  startSources(parts.probe, { moduleHooks, tell: () => undefined })
  const releaseProcess = (): void => {
    for (const release of releases) release()
  }
  return new RunningScope({ ...parts, status, path: invitation.path, writer, queries: undefined, releaseProcess })
}

const NOTHING = { path: undefined, writer: undefined, queries: undefined, releaseProcess: () => undefined } as const

function tooManyThreads(): CinescopeError {
  const message = `this thread is not recorded: ${LAST_THREAD} threads of the process have been, and a recording holds no more`
  return new CinescopeError('CSC_ERR_START', message)
}
