/** A thread that records as many lines at once as it is told to, and says how large its ring is then. */

import { parentPort } from 'node:worker_threads'
import { createScope } from '../../src/scope.ts'

const scope = await createScope({ sources: false })
await scope.flush()
parentPort?.on('message', (lines: number) => {
  for (let i = 0; i < lines; i++) scope.log('line', { i })
  parentPort?.postMessage(scope.status().ringBytes)
})
parentPort?.postMessage('ready')
