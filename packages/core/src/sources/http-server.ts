/** HOT: requests to servers of node:http and node:https, whatever framework answers them. */

import { channel } from 'node:diagnostics_channel'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { hookRequests, hookResponses } from '../adapter/carriers.ts'
import { ServerRequestRole } from '../adapter/server-request-role.ts'
import type { Probe } from '../capture/probe.ts'
import { listen } from './channels.ts'
import { nodeHttp } from './node-http.ts'
import { toOwner } from './owner.ts'
import type { Source } from './source.ts'

interface Started {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

/** See the file's first line. An adapter that meets such a request adds its layers to it, and opens no film of its own. */
export const httpServer: Source = {
  name: 'http.server',
  target: () => channel('http.server.request.start'),
  install(users) {
    const roles = new WeakMap<Probe, ServerRequestRole>()
    const stop = listen({
      'http.server.request.start': toOwner(users, 'a request', (probe, { request, response }: Started) => {
        const role = roles.get(probe) ?? roleOf(probe)
        roles.set(probe, role)
        const begun = role.begin(request, response)
        // published right before the server hands the request to the program
        if (begun !== undefined) probe.enter(begun.root)
      }),
    })
    const unhook = [hookRequests(nodeHttp.IncomingMessage.prototype), hookResponses(nodeHttp.ServerResponse.prototype)]
    return () => {
      stop()
      for (const each of unhook) each()
    }
  },
}

function roleOf(probe: Probe): ServerRequestRole {
  const { bodies, maxBodyBytes } = probe.sources.incoming
  return new ServerRequestRole(probe, {
    framework: 'http',
    bodies: { request: bodies, response: bodies },
    bodiesOf: new Map(),
    maxBodyBytes,
    traceparentHeader: false,
  })
}
