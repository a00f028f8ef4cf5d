/** Sockets that a film waits for: from their making to the connection. */

import { channel } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import { FLAG, KINDS } from '@cinescope/protocol'
import { nameLike } from '../adapter/carrier-methods.ts'
import type { Probe } from '../capture/probe.ts'
import { Attributes } from '../value/attributes.ts'
import { listen } from './channels.ts'
import { guarded, toOwner } from './owner.ts'
import type { Source } from './source.ts'

const PEER = ['network.peer.address', 'network.peer.port', 'network.transport'] as const

type Emit = (this: Socket, type: string | symbol, ...args: unknown[]) => boolean

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
  watch(socket, (failure) =>
    guarded(probe, 'a connection', () => {
      if (failure !== undefined) span.error(failure)
      span.end(0, FLAG.async | (failure === undefined ? 0 : FLAG.error), peerOf(socket))
    }),
  )
}

/**
 * Tells once that the socket is connected or closed, and by what error. Its `emit` is stood in for until then: listeners would
 * be counted by the host, and lost where it takes all of them off.
 */
function watch(socket: Socket, tell: (failure: unknown) => void): void {
  const below = socket.emit as Emit
  let isOver = false
  let failure: unknown
  const value = function (this: Socket, type: string | symbol, ...args: unknown[]): boolean {
    if (!isOver && type === 'error') failure = args[0]
    else if (!isOver && (type === 'connect' || type === 'close')) {
      isOver = true
      if (Object.getOwnPropertyDescriptor(socket, 'emit')?.value === value) put(socket, below)
      tell(failure)
    }
    return Reflect.apply(below, this, [type, ...args])
  }
  nameLike(value, below)
  put(socket, value)
}

/** Not to be listed. It is not deleted in the end: an object that has lost a property is slower for all its life. */
function put(socket: Socket, value: Emit): void {
  Object.defineProperty(socket, 'emit', { value, configurable: true, writable: true, enumerable: false })
}

function peerOf({ remoteAddress, remotePort }: Socket): Attributes {
  const transport = remoteAddress === undefined ? undefined : 'tcp'
  return new Attributes(PEER, [remoteAddress, remotePort, transport])
}
