/** The table of sources, and how they are started. */

import { CinescopeError, type Hook } from '@cinescope/protocol'
import { useHook } from '../adapter/hooks.ts'
import { OFF_BY_DEFAULT, type SourceName } from '../base/source-settings.ts'
import type { Probe } from '../capture/probe.ts'
import { childProcesses } from './child-processes.ts'
import { consoleLines } from './console.ts'
import { dnsLookup } from './dns-lookup.ts'
import { httpServer } from './http-server.ts'
import { http2Server } from './http2-server.ts'
import { http2Client } from './http2-client.ts'
import { httpClient } from './http-client.ts'
import { netConnect } from './net-connect.ts'
import { processEvents } from './process-events.ts'
import type { Source } from './source.ts'
import { undici } from './undici.ts'
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
]

/** Starts every source that is on, until the scope stops, and tells of each how it is. One that fails keeps no other back. */
export function startSources(probe: Probe, tell: (hook: Hook) => void): void {
  for (const source of SOURCES) {
    const { name } = source
    if (probe.sources.on.includes(name)) tell(start(probe, source))
    else tell(offHook(name))
  }
}

/** Servers are off where an adapter is expected to record their requests. */
function offHook(name: SourceName): Hook {
  if (!OFF_BY_DEFAULT.includes(name)) return { name, state: 'off', reason: 'turned off by the option sources' }
  const remedy = `createScope({ sources: { '${name}': true } }) records the requests of every server of the process`
  return { name, state: 'off', reason: 'an adapter records requests with more detail', remedy }
}

function start(probe: Probe, source: Source): Hook {
  const { name } = source
  try {
    useHook(probe, source.target(), (users) => source.install(users))
    return { name, state: 'active' }
  } catch (cause) {
    probe.report(new CinescopeError('CSC_ERR_CAPTURE', `${name} could not be hooked`, { cause }))
    return {
      name,
      state: 'failed',
      reason: cause instanceof Error ? cause.message.slice(0, 200) : 'it threw no error',
      remedy: 'report it, with this version of Node',
    }
  }
}
