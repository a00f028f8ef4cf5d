/** The load generator: keep-alive connections that send one request after another. Its own process. */

import { connect, type Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import { answerQuestions, report } from './child.ts'

/** One order of requests. */
export interface LoadOrder {
  readonly port: number
  readonly requests: number
  readonly connections: number
  /** As fast as the answers come if undefined. */
  readonly perSecond?: number
}

/** What became of it. */
export interface LoadResult {
  readonly answered: number
  readonly elapsedMs: number
}

/** 300 bytes. */
const BODY = fill({
  note: 'a note that is long enough',
  items: [
    { sku: 'a-1', price: 10 },
    { sku: 'b-2', price: 20.5 },
  ],
})
/** What the server makes of it. */
const EXPECTED = JSON.stringify({
  id: 42,
  ok: true,
  total: 30.5,
  note: (JSON.parse(BODY) as { note: string }).note,
  user: { id: 7, name: 'bench' },
})
const REQUEST = Buffer.from(
  `POST /things/42 HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${BODY.length}\r\nX-Request-Id: bench-1\r\nX-User: bench\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n${BODY}`,
)

answerQuestions({ run: load })
report({ isReady: true })

async function load({ port, requests, connections, perSecond }: LoadOrder): Promise<LoadResult> {
  const started = performance.now()
  let taken = 0
  // ms until the next request is due; undefined when there are no more
  const take = (): number | undefined => {
    const number = taken++
    if (number >= requests) return undefined
    return perSecond === undefined ? 0 : started + (number * 1000) / perSecond - performance.now()
  }
  await Promise.all(Array.from({ length: connections }, () => converse(port, take)))
  return { answered: requests, elapsedMs: performance.now() - started }
}

/** Sends requests on one connection when `take` says so, until it says no more; every answer is checked. */
function converse(port: number, take: () => number | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect(port, '127.0.0.1')
    let received = ''
    const next = (): void => {
      const inMs = take()
      if (inMs === undefined) socket.end()
      else if (inMs <= 0) socket.write(REQUEST)
      else setTimeout(() => socket.write(REQUEST), inMs)
    }
    socket.setNoDelay(true)
    socket.setEncoding('latin1')
    socket.once('connect', next)
    socket.on('data', (chunk: string) => {
      received += chunk
      const head = received.indexOf('\r\n\r\n')
      if (head < 0 || received.length < head + 4 + EXPECTED.length) return
      if (!received.startsWith('HTTP/1.1 200 ') || received.slice(head + 4) !== EXPECTED) {
        socket.destroy(new Error(`the answer is wrong: ${received.slice(0, 300)}`))
        return
      }
      received = ''
      next()
    })
    socket.once('error', reject)
    socket.once('close', () => resolve())
  })
}

function fill(body: { note: string; items: object[] }): string {
  const words = ' and which says a little about everything that was ordered'
  let note = body.note
  while (JSON.stringify({ ...body, note: note + words }).length < 300) note += words
  note += words.slice(0, 300 - JSON.stringify({ ...body, note }).length)
  return JSON.stringify({ ...body, note })
}
