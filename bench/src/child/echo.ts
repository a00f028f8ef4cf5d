/** The peer of the row `fetch-cpu`: answers every request with the same small JSON. */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { answerQuestions, report } from './child.ts'

const ANSWER = JSON.stringify({ id: 7, ok: true, note: 'a note that is long enough to be one', items: [1, 2, 3] })
const HEADERS = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(ANSWER) }

const server = createServer((_request, response) => void response.writeHead(200, HEADERS).end(ANSWER))
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => report({ port: (server.address() as AddressInfo).port }))
answerQuestions({})
