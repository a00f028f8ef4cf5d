/**
 * A process manager, as PM2 is one: keeps an application running that says nothing of being recorded, and ends each of its
 * processes in another way: `restart-host.ts <fork|cluster|watch> <directory>`.
 */

import { type ChildProcess, fork, spawn } from 'node:child_process'
import cluster from 'node:cluster'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath, pathToFileURL } from 'node:url'

const [mode, directory = '.'] = process.argv.slice(2)
const application = fileURLToPath(new URL('restart-app.mjs', import.meta.url))
const execArgv = ['--conditions=@cinescope/source', '--import', new URL('../../src/register.ts', import.meta.url).href]
const env = { ...process.env, CINESCOPE_DIRECTORY: directory, CINESCOPE_SERVICE: 'kept' }

/** Ends a process that has said that all it did is stored. */
async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const exit = once(child, 'exit')
  child.kill(signal)
  await exit
}

/** One process after the other. */
async function keepForked(): Promise<void> {
  for (const signal of ['SIGKILL', 'SIGINT', 'SIGTERM'] as const) {
    const child = fork(application, { execArgv, env })
    await once(child, 'message')
    await end(child, signal)
  }
}

/** Two workers at a time, of which one is killed and replaced. */
async function keepCluster(): Promise<void> {
  cluster.setupPrimary({ exec: application, execArgv })
  const start = async (): Promise<ChildProcess> => {
    const worker = cluster.fork(env)
    await once(worker, 'message')
    return worker.process
  }
  const [first, second] = [await start(), await start()]
  await end(first, 'SIGKILL')
  const third = await start()
  await end(second, 'SIGINT')
  await end(third, 'SIGINT')
}

/** A file that changes twice while Node watches it, which is one process that starts others. */
async function keepWatched(): Promise<void> {
  const watched = join(directory, 'watched.mjs')
  const source = `import ${JSON.stringify(pathToFileURL(application).href)}\n`
  writeFileSync(watched, source)
  const watcher = spawn(process.execPath, [...execArgv, '--watch', watched], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let start = 0
  for await (const line of createInterface(watcher.stdout)) {
    if (line !== 'stored') continue
    if (++start === 3) break
    writeFileSync(watched, `${source}// ${start}\n`)
  }
  await end(watcher, 'SIGTERM')
}

if (mode === 'fork') await keepForked()
else if (mode === 'cluster') await keepCluster()
else await keepWatched()
