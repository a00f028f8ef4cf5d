/**
 * One of many lives of a server that records into one directory: `life.ts <directory> <threads> <ms> <stop|exit|signal|kill>`.
 * Its main thread records without rest; threads come and go all the while. Prints one JSON line, `Life`, before it ends.
 */

import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { isMainThread, Worker, workerData } from 'node:worker_threads'
import { createScope, type Scope } from '@cinescope/core'
import { LIFE_BYTES, type Life } from '../soak/life.ts'

const LINES = 20
/** Some thousand events a second: what a writer takes easily. */
const FILMS_A_TURN = 5
const TURN_MS = 2
/** Threads at once. */
const TOGETHER = 4
if (isMainThread) await live(process.argv.slice(2))
else await liveShortly(workerData as number)

/** A thread's life: some lines, and one of the ways to end it. */
async function liveShortly(n: number): Promise<void> {
  const scope = await createScope({ sources: false })
  scope.span('thread', () => {
    for (let i = 0; i < LINES; i++) scope.log(`line ${i}`, { n, i })
    scope.entity('thread', n).snapshot({ n })
  })
  if (n % 3 === 0) await scope.stop()
  else if (n % 3 === 1) process.exit(0)
}

async function live([directory = '.', threads = '0', forMs = '0', ending = 'stop']: readonly string[]): Promise<void> {
  const scope = await createScope({ directory, maxBytes: LIFE_BYTES, service: 'soak', handleSignals: true })
  const started = { threads: 0 }
  const coming = Promise.all(Array.from({ length: TOGETHER }, () => startThreads(started, Number(threads))))
  const isOver = coming.then(() => true)
  let films = 0
  for (const until = performance.now() + Number(forMs); ;) {
    for (let i = 0; i < FILMS_A_TURN; i++) film(scope, films++)
    const isThreadless = await Promise.race([isOver, setTimeout(TURN_MS, false)])
    if (isThreadless && performance.now() > until) break
    // a promise that has settled gives the event loop no turn
    if (isThreadless) await setTimeout(TURN_MS)
  }
  await scope.flush()
  const told: Life = { path: scope.path ?? '', films, threads: started.threads, faults: scope.status().faults.length }
  process.stdout.write(`${JSON.stringify(told)}\n`)
  if (ending === 'stop') await scope.stop()
  else if (ending === 'exit') process.exit(0)
  else process.kill(process.pid, ending === 'kill' ? 'SIGKILL' : 'SIGTERM')
}

function film(scope: Scope, n: number): void {
  scope.span(`film ${n % 7}`, () => {
    scope.span('inside', () => scope.log('line', { n }))
    const session = scope.entity('session', n)
    session.snapshot({ n })
    if (n % 2 === 0) session.died()
    return { n }
  })
}

async function startThreads(started: { threads: number }, most: number): Promise<void> {
  while (started.threads < most) {
    const worker = new Worker(fileURLToPath(import.meta.url), {
      workerData: started.threads++,
      execArgv: ['--conditions=@cinescope/source'],
    })
    await once(worker, 'exit')
  }
}
