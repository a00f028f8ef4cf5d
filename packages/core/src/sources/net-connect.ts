/** Sockets that a film waits for: from their making to the connection. */

import { channel } from 'node:diagnostics_channel'
import { type EventEmitter, errorMonitor } from 'node:events'
import type { Socket } from 'node:net'
import { FLAG, KINDS } from '@cinescope/protocol'
import type { Probe } from '../capture/probe.ts'
import { Attributes } from '../value/attributes.ts'
import { listen } from './channels.ts'
import { guarded, toOwner } from './owner.ts'
import type { Source } from './source.ts'

const PEER = ['network.peer.address', 'network.peer.port', 'network.transport'] as const

/** See the file's first line. A socket made outside of any film belongs to none, and is not recorded. */
export const netConnect: Source = {
  name: 'net',
  target: () => channel('net.client.socket'),
  install: (users) =>
    listen({
      'net.client.socket': toOwner(users, 'a connection', (probe, { socket }: { readonly socket: Socket }) =>
        connecting(probe, socket),
      ),
    }),
}

function connecting(probe: Probe, socket: Socket): void {
  const parent = probe.current()
  if (parent === undefined) return
  const span = probe.open(KINDS.connect, probe.site({ name: 'net.connect', framework: 'node' }), parent)
  let failure: unknown
  const onError = (error: unknown): void => {
    failure = error
  }
  const events: EventEmitter = socket
  const finish = (): void => {
    events.off('connect', finish)
    events.off('close', finish)
    events.off(errorMonitor, onError)
    guarded(probe, 'a connection', () => {
      if (failure !== undefined) span.error(failure)
      span.end(0, FLAG.async | (failure === undefined ? 0 : FLAG.error), peerOf(socket))
    })
  }
  events.on(errorMonitor, onError)
  events.on('connect', finish)
  events.on('close', finish)
}

function peerOf({ remoteAddress, remotePort }: Socket): Attributes {
  const transport = remoteAddress === undefined ? undefined : 'tcp'
  return new Attributes(PEER, [remoteAddress, remotePort, transport])
}
