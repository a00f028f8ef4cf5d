/** A cluster of two recorded workers, of which the second calls the first; then the first is killed: `cluster-host.ts <directory>`. */

import cluster, { type Worker } from 'node:cluster'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createScope } from '../../src/scope.ts'

const [directory = '.'] = process.argv.slice(2)

/** Tells the primary, and is sure that it was told. */
function tell(message: unknown): Promise<void> {
  return new Promise((resolve) => process.send!(message, undefined, undefined, () => resolve()))
}

async function serve(): Promise<void> {
  const scope = await createScope({ directory, service: 'server', sources: { 'http.server': true } })
  const server = createServer((_request, response) => response.end('yes'))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  await tell((server.address() as AddressInfo).port)
  process.on('message', () => void scope.flush().then(() => tell('flushed')))
}

async function call(port: string): Promise<void> {
  const scope = await createScope({ directory, service: 'client' })
  await scope.span('caller', async () => {
    scope.entity('cart', '1').snapshot({ of: 'client' })
    await (await fetch(`http://127.0.0.1:${port}/`)).text()
  })
  await scope.stop()
}

async function answer(worker: Worker): Promise<unknown> {
  return ((await once(worker, 'message')) as unknown[])[0]
}

if (cluster.isPrimary) {
  const server = cluster.fork({ ROLE: 'server' })
  const port = await answer(server)
  const client = cluster.fork({ ROLE: 'client', CALLED_PORT: String(port) })
  await once(client, 'exit')
  const flushed = answer(server)
  server.send('flush')
  await flushed
  process.kill(server.process.pid!, 'SIGKILL')
  await once(server, 'exit')
} else if (process.env['ROLE'] === 'server') await serve()
else {
  await call(process.env['CALLED_PORT']!)
  process.exit(0)
}
