/**
 * Sends requests over kept connections: `load.ts <port> <connections>`, a child with an IPC channel. Told a number, it sends so
 * many and answers how many were answered and how many were cut off on purpose. Every path of `/items` is its own.
 */

import { connect, type Socket } from 'node:net'
import { once } from 'node:events'
import type { Load } from '../memory/load-process.ts'

const [port = '0', connections = '32'] = process.argv.slice(2)
/** One of these many is cut off before its answer. */
const ABORT_EVERY = 97
const AGENT = 'torture/1.0 (memory; keep-alive)'
let number = 0

process.on('message', (count) => void send(Number(count)).then((load) => process.send?.(load)))
process.on('disconnect', () => process.exit(0))

async function send(count: number): Promise<Load> {
  const load = { answered: 0, aborted: 0, bytes: 0, wrong: 0 }
  let left = count
  const lane = async (): Promise<void> => {
    let line = await open()
    while (left-- > 0) {
      const n = ++number
      line.socket.write(requestOf(n))
      if (n % ABORT_EVERY === 0) {
        load.aborted++
        line.socket.destroy()
        line = await open()
        continue
      }
      const { status, bytes } = await line.answer()
      load.answered++
      load.bytes += bytes
      if (status !== statusOf(n)) load.wrong++
    }
    line.socket.end()
    await once(line.socket, 'close')
  }
  await Promise.all(Array.from({ length: Number(connections) }, lane))
  return load
}

function requestOf(n: number): string {
  const head = (line: string): string =>
    `${line} HTTP/1.1\r\nhost: localhost\r\nuser-agent: ${AGENT}\r\nx-request-id: r${n}\r\n`
  const kind = n % 10
  if (kind === 3) {
    const body = JSON.stringify({
      n,
      note: `note ${n} `.repeat(n % 20),
      items: [{ sku: `s${n % 1000}`, price: n % 97 }],
    })
    return `${head('POST /orders')}content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`
  }
  if (kind === 5) return `${head('GET /fails')}\r\n`
  if (kind === 7) return `${head(`GET /nowhere/${n}`)}\r\n`
  if (kind === 9) return `${head('GET /slow')}\r\n`
  return `${head(`GET /items/i${n}?at=${n * 7}`)}\r\n`
}

function statusOf(n: number): number {
  return [200, 200, 200, 201, 200, 500, 200, 404, 200, 200][n % 10] ?? 0
}

interface Line {
  readonly socket: Socket
  answer(): Promise<{ readonly status: number; readonly bytes: number }>
}

async function open(): Promise<Line> {
  const socket = connect(Number(port), '127.0.0.1')
  socket.setNoDelay(true)
  // those that are cut off may be told so
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  let held = ''
  let wanted: (() => void) | undefined
  socket.setEncoding('latin1').on('data', (text: string) => {
    held += text
    wanted?.()
  })
  const take = (): { status: number; bytes: number } | undefined => {
    const end = held.indexOf('\r\n\r\n')
    const length = /content-length: (\d+)/i.exec(held.slice(0, Math.max(0, end)))?.[1]
    if (end < 0 || length === undefined || held.length < end + 4 + Number(length)) return undefined
    const status = Number(held.slice(9, 12))
    held = held.slice(end + 4 + Number(length))
    return { status, bytes: Number(length) }
  }
  return {
    socket,
    answer: () =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const answer = take()
          if (answer === undefined) return
          wanted = undefined
          socket.off('close', closed)
          resolve(answer)
        }
        const closed = (): void => reject(new Error('the server closed a connection'))
        wanted = look
        socket.once('close', closed)
        look()
      }),
  }
}
