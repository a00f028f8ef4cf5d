/** A process with threads, all recorded into the directory of its first argument; each thread ends as its own says. */

import { fileURLToPath } from 'node:url'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { createScope } from '../../src/scope.ts'

/** What each thread logs before it ends. */
const LINES = 500
const ENDINGS = ['runs out', 'exits', 'throws', 'is terminated', 'stops', 'flushes'] as const

type Ending = (typeof ENDINGS)[number]

async function work(ending: Ending): Promise<void> {
  const scope = await createScope({ sources: false })
  const entity = scope.entity('thread-state', ending)
  scope.span(`work of ${ending}`, () => {
    for (let i = 0; i < LINES; i++) scope.log(`line ${i}`, { ending, [`key of ${ending}`]: i })
    entity.snapshot({ ending })
  })
  switch (ending) {
    case 'runs out':
      return
    case 'exits':
      return process.exit(3)
    case 'throws':
      throw new TypeError('on purpose')
    case 'is terminated':
      parentPort?.postMessage('ready')
      return void setInterval(() => undefined, 1000)
    case 'stops':
      await scope.stop()
      return scope.log('after the stop')
    case 'flushes': {
      await scope.flush()
      const { pending, produced, stored } = scope.status()
      parentPort?.postMessage({ pending, produced, stored, path: scope.path })
    }
  }
}

async function main(directory: string): Promise<void> {
  const scope = await createScope({ directory, service: 'threads' })
  scope.span('work of main', () => {
    for (let i = 0; i < LINES; i++) scope.log(`line ${i}`, { ending: 'main' })
  })
  // a thread that is terminated before the writer is up leaves nothing (docs/decisions/0012)
  await scope.flush()
  const flushed = await Promise.all(ENDINGS.map(run))
  await scope.flush()
  process.stdout.write(JSON.stringify({ node: scope.node, path: scope.path, flushed: flushed.find(Boolean) }))
  await scope.stop()
}

async function run(ending: Ending): Promise<unknown> {
  const worker = new Worker(fileURLToPath(import.meta.url), {
    workerData: ending,
    execArgv: ['--conditions=@cinescope/source'],
  })
  let message: unknown
  worker.on('message', (given) => {
    message = given
    if (given === 'ready') void worker.terminate()
  })
  worker.on('error', () => undefined)
  // `once` rejects at an error, and then the exit may come before anyone listens for it again
  await new Promise((resolve) => worker.on('exit', resolve))
  return typeof message === 'object' ? message : undefined
}

if (isMainThread) await main(process.argv[2] ?? '')
else await work(workerData as Ending)
