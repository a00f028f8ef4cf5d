/** A thread that joins the recording, with settings of its own, and does what it is told. */

import { parentPort, workerData } from 'node:worker_threads'
import { createScope, type ScopeOptions } from '../../src/index.ts'

const scope = await createScope({ sources: false, ...(workerData as ScopeOptions) })
parentPort?.on('message', (order: 'settings' | 'set' | 'log' | 'flush' | 'stop') => {
  if (order === 'set') scope.set({ values: { maxStringLength: 7 } })
  if (order === 'log') scope.log('of a thread', { text: 'abcdefghijkl' })
  if (order === 'flush') void scope.flush().then(() => parentPort?.postMessage('flushed'))
  else if (order === 'stop') void scope.stop().then(() => parentPort?.close())
  else parentPort?.postMessage(scope.settings)
})
parentPort?.postMessage(scope.settings)
