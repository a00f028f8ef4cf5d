/** The table of sources, and how they are started. */

import type { Channel } from 'node:diagnostics_channel'
import { CinescopeError, type Hook } from '@cinescope/protocol'
import { useHook } from '../adapter/hooks.ts'
import type { ModuleHook } from '../adapter/module-hook.ts'
import { OFF_BY_DEFAULT, type SourceName } from '../options/source-names.ts'
import type { Probe } from '../capture/probe.ts'
import { awaitLibrary } from './await-library.ts'
import { childProcesses } from './child-processes.ts'
import { consoleLines } from './console.ts'
import { databases } from './databases.ts'
import { dnsLookup } from './dns-lookup.ts'
import { fastify } from './fastify.ts'
import { httpServer } from './http-server.ts'
import { http2Server } from './http2-server.ts'
import { http2Client } from './http2-client.ts'
import { httpClient } from './http-client.ts'
import { hookModules } from './modules.ts'
import { netConnect } from './net-connect.ts'
import { pgHook, pgPoolHook } from './pg.ts'
import { pinoLines } from './pino.ts'
import { processEvents } from './process-events.ts'
import type { Source } from './source.ts'
import { undici } from './undici.ts'
import { vitals } from './vitals/vitals.ts'
import { workerThreads } from './worker-threads.ts'

/** All sources, in the order in which the doctor lists them. */
const SOURCES: readonly Source[] = [
  httpServer,
  http2Server,
  httpClient,
  http2Client,
  undici,
  netConnect,
  dnsLookup,
  childProcesses,
  workerThreads,
  consoleLines,
  processEvents,
  pinoLines,
  ...databases,
  fastify,
  vitals,
]

/** Sources that are hooked as their files are loaded. */
const MODULES: readonly { readonly source: SourceName; readonly hook: ModuleHook }[] = [
  { source: 'pg', hook: pgHook },
  { source: 'pg', hook: pgPoolHook },
]

/** What adapters add that nobody has mounted. */
export interface Hooking {
  readonly moduleHooks: readonly ModuleHook[]
  readonly tell: (hook: Hook) => void
}

/** Starts every source that is on, until the scope stops, and tells of each how it is. One that fails keeps no other back. */
export function startSources(probe: Probe, { moduleHooks, tell }: Hooking): void {
  for (const source of SOURCES) {
    const { name } = source
    if (probe.sources.on.includes(name)) start(probe, source, tell)
    else tell(offHook(name))
  }
  const { on } = probe.sources
  for (const { source, hook } of MODULES) if (!on.includes(source)) tell({ ...offHook(source), name: hook.name })
  const own = MODULES.filter(({ source }) => on.includes(source)).map(({ hook }) => hook)
  hookModules(probe, [...own, ...moduleHooks], tell)
}

/** Servers are off where an adapter is expected to record their requests. */
function offHook(name: SourceName): Hook {
  if (!OFF_BY_DEFAULT.includes(name)) return { name, state: 'off', reason: 'turned off by the option sources' }
  const remedy = `createScope({ sources: { '${name}': true } }) records the requests of every server of the process`
  return { name, state: 'off', reason: 'an adapter records requests with more detail', remedy }
}

function start(probe: Probe, source: Source, tell: (hook: Hook) => void): void {
  const { name, library } = source
  try {
    useHook(probe, source.target(), (users) => source.install(users))
    if (library === undefined) tell({ name, state: 'active' })
    else awaitLibrary(probe, source.target() as Channel, { name, library }, tell)
  } catch (cause) {
    probe.report(new CinescopeError('CSC_ERR_CAPTURE', `${name} could not be hooked`, { cause }))
    const reason = cause instanceof Error ? cause.message.slice(0, 200) : 'it threw no error'
    tell({ name, state: 'failed', reason, remedy: 'report it, with this version of Node' })
  }
}
