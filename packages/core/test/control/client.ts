/** Talking to a control socket as anybody can. */

import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import type { NodeId } from '@cinescope/protocol'
import { vi } from 'vitest'
import { socketPath } from '../../src/control/place.ts'

/** The user of this process. */
export const UID: number = process.geteuid?.() ?? 0

/** Waits for the socket of a process that has just started. */
export async function opened(node: NodeId): Promise<void> {
  await vi.waitFor(() => {
    if (!existsSync(socketPath(node, UID))) throw new Error('it has no socket yet')
  }, 10_000)
}

/** A connection to the socket of a process. */
export async function connected(node: NodeId): Promise<Socket> {
  await opened(node)
  const socket = connect(socketPath(node, UID))
  await once(socket, 'connect')
  return socket
}

/** What comes back until the connection ends; one that is broken off counts as ended. */
export function answerTo(socket: Socket): Promise<string> {
  let answer = ''
  socket.setEncoding('utf8').on('data', (text: string) => (answer += text))
  socket.on('error', () => undefined)
  return new Promise((resolve) => socket.on('close', () => resolve(answer)))
}

/** Sends something, and gives what comes back. */
export async function sent(node: NodeId, what: string | Uint8Array): Promise<string> {
  const socket = await connected(node)
  const answer = answerTo(socket)
  socket.write(what)
  return answer
}
