/** A recorded server that asks itself for each path of its arguments, then stops: `node server.mjs <directory> <path...>`. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { Worker } from 'node:worker_threads'
import { createScope, traceMessages } from '@cinescope/core'
import { cinescope } from '@cinescope/express'
import express from 'express'

const [directory, ...paths] = process.argv.slice(2)
const scope = await createScope({ directory })
const app = express()
app.use(cinescope(scope))
app.get('/orders/:id', (request, response) => {
  response.json({ id: request.params.id })
})
app.get('/fails', () => {
  throw new Error('this handler fails on purpose')
})
app.use((error, _request, response, _next) => {
  response.status(500).json({ message: error.message })
})

const server = createServer(app).listen(0, '127.0.0.1')
await once(server, 'listening')
for (const path of paths) {
  const response = await fetch(`http://127.0.0.1:${server.address().port}${path}`)
  await response.text()
}
const worker = traceMessages(scope, new Worker(new URL('thread.mjs', import.meta.url)))
const ended = once(worker, 'exit')
const [answer] = await scope.span('asking a thread', () => {
  worker.postMessage('question')
  return once(worker, 'message')
})
if (answer !== 'answer to question') throw new Error(`the thread answered ${JSON.stringify(answer)}`)
await ended
server.closeAllConnections()
server.close()
await once(server, 'close')
await scope.stop()
