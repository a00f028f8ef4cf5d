/** Starts the order service: `node src/server.ts [--port 3000] [--directory .cinescope]`. */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parseArgs } from 'node:util'
import { createScope } from '@cinescope/core'
import { createApp } from './app.ts'

const { values } = parseArgs({
  options: { port: { type: 'string', default: '3000' }, directory: { type: 'string', default: '.cinescope' } },
})
const scope = await createScope({ directory: values.directory, service: 'orders' })
const server = createServer(createApp(scope))
server.listen(Number(values.port), '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  console.log(`orders listens on http://127.0.0.1:${port}, recorded in ${scope.path ?? 'memory'}`)
  process.send?.({ kind: 'listening', port, path: scope.path })
})

/** Ends well: no new requests, then the recording, so that it is one complete file. */
async function stop(): Promise<void> {
  await new Promise((resolve) => {
    server.close(resolve)
    server.closeAllConnections()
  })
  await scope.stop()
  process.send?.({ kind: 'stopped', produced: scope.status().produced })
  process.disconnect?.()
}

process.once('SIGINT', () => void stop())
process.once('SIGTERM', () => void stop())
process.once('message', (message) => {
  if (message === 'stop') void stop()
})
