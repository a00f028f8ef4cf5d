/** A process whose thread and child are asked by traced messages; prints what they answered and where the recordings are. */

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { BroadcastChannel, MessageChannel, parentPort, Worker, workerData } from 'node:worker_threads'
import { traceMessages } from '../../src/messages/trace-messages.ts'
import { createScope } from '../../src/scope.ts'
import type { Scope } from '../../src/scope/running-scope.ts'

const FILE = fileURLToPath(import.meta.url)
const ARGS = { execArgv: ['--conditions=@cinescope/source'] }

function answer(scope: Scope, question: unknown): unknown {
  return scope.span('answering', () => ({ answer: question }))
}

async function inThread(): Promise<void> {
  const scope = await createScope({ sources: false })
  const port = traceMessages(scope, parentPort!, { name: 'main' })
  const channel = traceMessages(scope, new BroadcastChannel('jobs'))
  channel.onmessage = ({ data }: { data: unknown }) => channel.postMessage(answer(scope, data))
  port.on('message', (question: unknown) => {
    if (question === 'end') {
      channel.close()
      port.close()
    } else port.postMessage(answer(scope, question))
  })
  port.postMessage('ready')
}

async function inChild(directory: string): Promise<void> {
  const scope = await createScope({ directory, sources: false, service: 'child' })
  const parent = traceMessages(scope, process)
  process.once('message', (question: unknown) => {
    parent.send!(answer(scope, question), () => {
      void scope.stop().then(() => process.disconnect())
    })
  })
  parent.send!('ready')
}

async function main(directory: string): Promise<void> {
  const scope = await createScope({ directory, sources: false, service: 'main' })
  const worker = traceMessages(scope, new Worker(FILE, { ...ARGS, workerData: 'thread' }), { name: 'worker' })
  const channel = traceMessages(scope, new BroadcastChannel('jobs'))
  const child = traceMessages(scope, fork(FILE, [directory, 'child'], ARGS), { name: 'child' })
  await Promise.all([once(worker, 'message'), once(child, 'message')])
  const answers: unknown[] = []
  await scope.span('asking the thread', async () => {
    worker.postMessage({ ask: 'thread', password: 'never to be seen' })
    answers.push((await once(worker, 'message'))[0])
  })
  const heard = new Promise<unknown>((resolve) => {
    channel.onmessage = ({ data }: { data: unknown }) => resolve(data)
  })
  scope.span('asking the channel', () => channel.postMessage('all'))
  answers.push(await heard)
  await scope.span('asking the child', async () => {
    child.send({ ask: 'child' })
    answers.push((await once(child, 'message'))[0])
  })
  const { port1, port2 } = new MessageChannel()
  traceMessages(scope, port1, { name: 'untraced' })
  port2.postMessage('plain')
  answers.push((await once(port1, 'message'))[0])
  port1.close()
  const refusal = scope.span('refused', () => refused(() => worker.postMessage(() => undefined)))
  worker.postMessage('end')
  channel.close()
  await Promise.all([once(worker, 'exit'), child.exitCode ?? once(child, 'exit')])
  await scope.stop()
  process.stdout.write(JSON.stringify({ answers, refusal, path: scope.path }))
}

function refused(send: () => void): string {
  try {
    send()
    return 'sent'
  } catch (thrown) {
    return (thrown as Error).name
  }
}

if (workerData === 'thread') await inThread()
else if (process.argv[3] === 'child') await inChild(process.argv[2]!)
else await main(process.argv[2]!)
