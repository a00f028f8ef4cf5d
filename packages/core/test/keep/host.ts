/** A process that keeps films by their end, recorded into the directory of its second argument, and ends as its first one says. */

import { fileURLToPath } from 'node:url'
import { isMainThread, Worker, workerData } from 'node:worker_threads'
import { createScope } from '../../src/scope.ts'
import type { Scope } from '../../src/scope/running-scope.ts'

const ready = (): void => void process.stdout.write('ready\n')
const stayAlive = (): void => void setInterval(() => undefined, 1000)

/** A film that has ended and is not kept, and one that is in the middle of what it does. */
function work(scope: Scope, of: string): void {
  scope.span(`ended in ${of}`, () => undefined)
  void scope.span(`open in ${of}`, () => {
    scope.log('inside')
    return new Promise(() => undefined)
  })
}

const ENDINGS: Readonly<Record<string, (scope: Scope) => void>> = {
  exits: () => process.exit(7),
  throws: () => {
    throw new Error('on purpose')
  },
  'runs out': () => undefined,
  signal: () => {
    stayAlive()
    ready()
  },
  stops: (scope) => void scope.stop(),
}

/** Of its threads one exits and one is ended from outside, both in the middle of a film. */
async function withThreads(scope: Scope): Promise<void> {
  for (const ending of ['exits', 'signal']) {
    const worker = new Worker(fileURLToPath(import.meta.url), {
      workerData: ending,
      execArgv: ['--conditions=@cinescope/source'],
    })
    await new Promise<void>((resolve) => {
      worker.once('message', () => void worker.terminate())
      worker.once('exit', () => resolve())
    })
  }
  await scope.stop()
}

async function inThread(ending: string): Promise<void> {
  const { parentPort } = await import('node:worker_threads')
  const scope = await createScope({ sources: false })
  work(scope, ending)
  if (ending === 'exits') process.exit(0)
  await scope.flush()
  parentPort?.postMessage('ready')
}

if (isMainThread) {
  const [, , ending = '', directory = ''] = process.argv
  const isThreaded = ending === 'threads'
  const scope = await createScope({
    directory,
    sources: isThreaded ? { worker_threads: true } : false,
    keep: { policy: 'tail', reservoir: 0 },
  })
  // the writer is up, so that a busy machine has its 500 ms for the drain alone
  await scope.flush()
  work(scope, 'main')
  if (ending === 'signal') await scope.flush()
  if (isThreaded) await withThreads(scope)
  else ENDINGS[ending]?.(scope)
} else await inThread(workerData as string)
