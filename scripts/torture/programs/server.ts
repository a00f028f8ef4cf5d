/**
 * The server of the torture `memory`: `server.ts <bare|recorded> <directory> <max bytes>`, a child with an IPC channel.
 * Told `sample`, it answers what it holds after collecting all garbage; told `stop`, it ends and tells the ledger.
 */

import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { createScope } from '@cinescope/core'
import { cinescope } from '@cinescope/express'
import express from 'express'
import type { Sample, Stopped } from '../memory/server-process.ts'

const [arm = 'bare', directory = '.', maxBytes = '67108864'] = process.argv.slice(2)
const scope =
  arm === 'bare' ? undefined : await createScope({ directory, maxBytes: Number(maxBytes), service: 'memory' })
const app = express()
if (scope !== undefined) app.use(cinescope(scope))
app.use(express.json())
app.get('/items/:id', (request, response) => void response.json({ id: request.params.id, at: request.query['at'] }))
app.post('/orders', (request, response) => void response.status(201).json({ order: request.body as object }))
app.get('/slow', async (_request, response) => {
  await setImmediate()
  await setImmediate()
  response.json({ slow: true })
})
app.get('/fails', () => {
  throw new Error('it fails')
})
app.use((error: Error, _request: express.Request, response: express.Response, _next: express.NextFunction) => {
  response.status(500).json({ error: error.message })
})

let requests = 0
const server = createServer(app)
server.on('request', () => requests++)
server.keepAliveTimeout = 600_000
server.listen(0, '127.0.0.1')
await once(server, 'listening')
process.on('message', (message) => void (message === 'sample' ? sample() : stop()))
process.send?.({ port: (server.address() as AddressInfo).port })

/** Objects that die when others have died are gone after the second collection. */
async function sample(): Promise<void> {
  await scope?.flush()
  for (let i = 0; i < 3; i++) {
    await setImmediate()
    gc?.()
  }
  const { rss, heapUsed, external } = process.memoryUsage()
  const told: Sample = { requests, rss, heapUsed, external, ...handles() }
  process.send?.(told)
}

function handles(): Pick<Sample, 'resources' | 'descriptors'> {
  return { resources: process.getActiveResourcesInfo().length, descriptors: descriptorCount() }
}

/** Undefined where the system has no list of them. */
function descriptorCount(): number | undefined {
  try {
    return readdirSync('/proc/self/fd').length
  } catch {
    return undefined
  }
}

async function stop(): Promise<void> {
  server.close()
  server.closeAllConnections()
  await scope?.flush()
  const status = scope?.status()
  await scope?.stop()
  const told: Stopped = {
    requests,
    path: scope?.path,
    produced: status?.produced ?? 0,
    pending: status?.pending ?? 0,
    faults: status?.faults.map(({ code, message }) => `${code}: ${message}`) ?? [],
  }
  process.send?.(told, () => process.disconnect())
}
