/**
 * The control socket of a process. Whoever connects is of the same user, or root, and may still be hostile or mad: each line, its
 * time and their number are bounded. It keeps nothing alive, and delays no end.
 */

import { chmodSync, mkdirSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { CinescopeError, type NodeId } from '@cinescope/protocol'
import { answerLine, MAX_LINE_BYTES } from './exchange.ts'
import { checkPrivate, socketDirectory, socketPath } from './place.ts'
import { removeStale } from './stale.ts'

const MAX_CONNECTIONS = 8
/** Time of a connection, from its beginning to its end. */
const CONNECTION_MS = 2000
const NEWLINE = 0x0a

/** What it needs. */
export interface ControlParts {
  readonly node: NodeId
  /** Gives the line that answers a line. Never throws. */
  readonly answer: (line: string) => string
  readonly report: (error: CinescopeError) => void
}

/** A socket that is served while the loop of its thread turns. */
export class ControlServer {
  readonly #parts: ControlParts
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #stale = new AbortController()
  #looking = 0

  /** A socket that cannot be made is told of; the recording goes on without. */
  constructor(parts: ControlParts) {
    this.#parts = parts
    this.#server = createServer((socket) => this.#serve(socket))
    this.#server.maxConnections = MAX_CONNECTIONS
    this.#server.on('error', (cause) => parts.report(withoutControl(cause)))
    this.#server.unref()
    try {
      this.#listen()
    } catch (cause) {
      this.#server.close()
      parts.report(withoutControl(cause))
    }
  }

  /** Somebody is being served: the loop should turn soon. */
  get isBusy(): boolean {
    return this.#sockets.size > 0 || this.#looking > 0
  }

  /** Takes the socket away, at once. */
  close(): void {
    this.#stale.abort()
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
  }

  #listen(): void {
    const uid = process.geteuid?.() ?? 0
    const path = socketPath(this.#parts.node, uid)
    const directory = socketDirectory(uid)
    if (directory !== undefined) makePrivate(directory, uid)
    // exclusive: a worker of a cluster listens itself, and does not ask the primary to; so it is done, or has failed, at once
    this.#server.listen({ path, exclusive: true })
    if (directory === undefined || !this.#server.listening) return
    chmodSync(path, 0o600)
    this.#looking++
    void removeStale(directory, this.#stale.signal).finally(() => this.#looking--)
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket)
    socket.unref()
    const deadline = setTimeout(() => socket.destroy(), CONNECTION_MS).unref()
    socket.on('close', () => {
      clearTimeout(deadline)
      this.#sockets.delete(socket)
    })
    // a peer that has gone
    socket.on('error', () => socket.destroy())
    const chunks: Buffer[] = []
    let bytes = 0
    socket.on('data', (chunk: Buffer) => {
      const at = chunk.indexOf(NEWLINE)
      const part = at < 0 ? chunk : chunk.subarray(0, at)
      chunks.push(part)
      bytes += part.length
      if (at < 0 && bytes <= MAX_LINE_BYTES) return
      // one line is all that is heard
      socket.removeAllListeners('data').pause()
      const line = bytes > MAX_LINE_BYTES ? answerLine(tooLong()) : this.#parts.answer(String(Buffer.concat(chunks)))
      socket.end(line, () => socket.destroy())
    })
  }
}

/** Makes the directory; one that is there must be as it would have been made. @throws CSC_ERR_CONTROL, or as the system does */
function makePrivate(directory: string, uid: number): void {
  try {
    mkdirSync(directory, { mode: 0o700 })
    // a umask may have taken more away
    chmodSync(directory, 0o700)
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST') throw thrown
  }
  checkPrivate(directory, uid)
}

function tooLong(): CinescopeError {
  return new CinescopeError('CSC_ERR_CONTROL', `not understood: a line has at most ${MAX_LINE_BYTES} bytes`)
}

function withoutControl(cause: unknown): CinescopeError {
  const why = cause instanceof Error ? cause.message : String(cause)
  const message = `no control socket, so \`cinescope ctl\` cannot reach this process, which is recorded all the same: ${why}. \`control: false\` goes without`
  return new CinescopeError('CSC_ERR_CONTROL', message, { cause })
}
