/** A thread of the server, which joins its recording. */
import { once } from 'node:events'
import { parentPort } from 'node:worker_threads'
import { createScope, traceMessages } from '@cinescope/core'

const scope = await createScope()
const port = traceMessages(scope, parentPort)
const [question] = await once(port, 'message')
port.postMessage(`answer to ${question}`)
scope.span('work of a thread', () => scope.log('a line of a thread'))
