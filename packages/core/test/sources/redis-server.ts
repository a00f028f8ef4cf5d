/** A server that speaks as much of Redis' protocol (RESP 2 and 3) as its clients need to start, and SET, GET and an error. */

import { createServer, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'

/** A running server. */
export interface RedisServer extends AsyncDisposable {
  readonly port: number
}

/** Starts one on a free port. */
export async function startRedis(): Promise<RedisServer> {
  const store = new Map<string, string>()
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    let text = ''
    socket.on('error', () => undefined)
    socket.on('data', (part) => {
      text += part.toString('latin1')
      for (;;) {
        const command = takeCommand(text)
        if (command === undefined) return
        text = command.rest
        socket.write(answer(command.words, store))
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function takeCommand(text: string): { readonly words: readonly string[]; readonly rest: string } | undefined {
  const head = /^\*(\d+)\r\n/.exec(text)
  if (head === null) return undefined
  let at = head[0].length
  const words: string[] = []
  for (let i = 0; i < Number(head[1]); i++) {
    const size = /^\$(\d+)\r\n/.exec(text.slice(at))
    if (size === null) return undefined
    const from = at + size[0].length
    at = from + Number(size[1]) + 2
    if (text.length < at) return undefined
    words.push(text.slice(from, at - 2))
  }
  return { words, rest: text.slice(at) }
}

function answer([name = '', key = '', value = '']: readonly string[], store: Map<string, string>): string {
  switch (name.toUpperCase()) {
    case 'SET':
      store.set(key, value)
      return '+OK\r\n'
    case 'GET': {
      const found = store.get(key)
      return found === undefined ? '$-1\r\n' : `$${found.length}\r\n${found}\r\n`
    }
    case 'INCR':
      return '-ERR value is not an integer or out of range\r\n'
    case 'INFO':
      return '$28\r\nredis_version:7.0.0\r\nloading:0\r\n'.replace(
        '$28',
        `$${'redis_version:7.0.0\r\nloading:0'.length}`,
      )
    case 'HELLO':
      return '*6\r\n$6\r\nserver\r\n$5\r\nredis\r\n$7\r\nversion\r\n$5\r\n7.0.0\r\n$5\r\nproto\r\n:2\r\n'
    default:
      return '+OK\r\n'
  }
}
