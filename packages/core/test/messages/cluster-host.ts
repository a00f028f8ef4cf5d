/** A cluster of one worker, both ends traced; prints what the worker said, once it listens. */

import cluster from 'node:cluster'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { traceMessages } from '../../src/messages/trace-messages.ts'
import { createScope } from '../../src/scope.ts'

const scope = await createScope({ sources: false, store: 'memory' })
if (cluster.isPrimary) {
  const worker = traceMessages(scope, cluster.fork())
  const [[said]] = await Promise.all([once(worker, 'message'), once(worker, 'listening')])
  worker.send('stop')
  const [code] = (await once(worker, 'exit')) as [number]
  const { items } = await scope.flush().then(() => scope.recording().films())
  process.stdout.write(JSON.stringify({ said: said as unknown, code, films: items.map(({ name }) => name) }))
} else {
  const parent = traceMessages(scope, process)
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  parent.send!('hello')
  await once(parent, 'message')
  server.close()
  cluster.worker!.disconnect()
}
await scope.stop()
