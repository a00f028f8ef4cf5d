/** Raw exchanges with an HTTP server: what goes over the wire, byte for byte. */

import { connect, type Socket } from 'node:net'

/** How an exchange is led. */
export interface ExchangeOptions {
  /** Called with everything received so far after each arrival; true ends the exchange by destroying the socket. */
  readonly until?: (received: string) => boolean
  /** Called at each arrival: an exchange of several steps sends more here. */
  readonly onData?: (socket: Socket, received: string) => void
}

/** Sends bytes to a server of this machine and resolves to all it answers until the connection closes. Latin-1, so lossless. */
export function exchange(port: number, request: string, options: ExchangeOptions = {}): Promise<string> {
  return new Promise((resolve) => {
    let received = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(request, 'latin1'))
    socket.on('data', (bytes) => {
      received += bytes.toString('latin1')
      options.onData?.(socket, received)
      if (options.until?.(received) === true) socket.destroy()
    })
    // a reset is how some of the servers under test say no
    socket.on('error', () => socket.destroy())
    socket.on('close', () => resolve(received))
  })
}

/** A request as text; `Connection: close` unless its headers say otherwise. */
export function requestText(
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  body = '',
): string {
  const all: Record<string, string> = { Host: 'localhost', Connection: 'close', ...headers }
  if (body !== '' && all['Content-Length'] === undefined && all['Transfer-Encoding'] === undefined) {
    all['Content-Length'] = String(Buffer.byteLength(body))
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`
}

/** An answer without what differs from one second to the next. */
export function withoutDate(answer: string): string {
  return answer.replaceAll(/^Date: .*\r\n/gim, '')
}
