/** A host process: does what its first argument says, recorded into the directory of its second, or bare without one. */

import { DatabaseSync } from 'node:sqlite'
import { createScope } from '../../src/scope.ts'
import type { Scope } from '../../src/scope/running-scope.ts'

const [, , scenario = '', directory] = process.argv
const EVENTS = 1000

async function start(): Promise<Scope | undefined> {
  if (directory === undefined) return undefined
  const scope = await createScope({ sources: false, directory, service: scenario })
  // the writer is up, so that a busy machine has its 500 ms for the drain alone
  if (!scenario.endsWith('exit at once')) await scope.flush()
  return scope
}

function work(scope: Scope | undefined): void {
  for (let i = 0; i < EVENTS; i++) scope?.log(`line ${i}`)
}

function block(ms: number): void {
  for (const until = performance.now() + ms; performance.now() < until;);
}

const stayAlive = (): void => void setInterval(() => undefined, 1000)
const ready = (): void => void process.stdout.write('ready\n')

/**
 * Listens to SIGTERM as the package signal-exit does: its own listeners are counted where all copies see it, and when the
 * process has no others, it takes its own off, runs its hooks and raises the signal again.
 */
function signalExit(version: 3 | 4, onExit: (signal: string) => void): void {
  const emitter = { count: 1 }
  if (version === 3) Object.assign(process, { __signal_exit_emitter__: emitter })
  else Object.defineProperty(globalThis, Symbol.for('signal-exit emitter'), { value: emitter })
  const listener = (): void => {
    const old = (process as { __signal_exit_emitter__?: { count: number } }).__signal_exit_emitter__
    const count = emitter.count + (version === 4 ? (old?.count ?? 0) : 0)
    if (process.listeners('SIGTERM').length !== count) return
    process.removeListener('SIGTERM', listener)
    emitter.count--
    onExit('SIGTERM')
    process.kill(process.pid, 'SIGTERM')
  }
  process.on('SIGTERM', listener)
}

const SCENARIOS: Readonly<Record<string, () => Promise<void>>> = {
  async exit() {
    work(await start())
    process.exit(7)
  },
  async 'exit at once'() {
    void start()
    process.exit(5)
  },
  async 'work and exit at once'() {
    work(await start())
    process.exit(5)
  },
  async 'runs out'() {
    work(await start())
  },
  async 'exit code'() {
    work(await start())
    process.exitCode = 4
  },
  async throws() {
    work(await start())
    setTimeout(() => {
      throw new Error('on purpose')
    }, 5)
  },
  async rejects() {
    work(await start())
    setTimeout(() => void Promise.reject(new Error('on purpose')), 5)
  },
  async signal() {
    work(await start())
    stayAlive()
    ready()
  },
  async 'signal in two scopes'() {
    const scopes = [await start(), await start()]
    for (const scope of scopes) work(scope)
    stayAlive()
    ready()
  },
  async 'signal with a handler'() {
    process.on('SIGTERM', () => process.exit(3))
    work(await start())
    stayAlive()
    ready()
  },
  async 'signal with a later handler'() {
    const scope = await start()
    process.on('SIGTERM', () => setTimeout(() => process.exit(3), 20))
    work(scope)
    stayAlive()
    ready()
  },
  async 'signal with signal-exit 3'() {
    work(await start())
    signalExit(3, (signal) => process.stdout.write(`hook ran: ${signal}\n`))
    stayAlive()
    ready()
  },
  async 'signal with signal-exit 4'() {
    signalExit(4, (signal) => process.stdout.write(`hook ran: ${signal}\n`))
    work(await start())
    stayAlive()
    ready()
  },
  async 'signal with signal-exit 3 and 4'() {
    signalExit(3, (signal) => process.stdout.write(`hook 3 ran: ${signal}\n`))
    work(await start())
    signalExit(4, (signal) => process.stdout.write(`hook 4 ran: ${signal}\n`))
    stayAlive()
    ready()
  },
  async 'signal with a handler for one time before ours'() {
    const scope = await start()
    process.prependOnceListener('SIGTERM', () => setTimeout(() => process.exit(3), 50))
    work(scope)
    stayAlive()
    ready()
  },
  async 'signal with a handler that was taken off'() {
    const handler = (): void => undefined
    process.on('SIGTERM', handler)
    work(await start())
    process.off('SIGTERM', handler)
    stayAlive()
    // ours is back in the next turn
    setImmediate(ready)
  },
  async 'signal with a handler that raises it later'() {
    work(await start())
    process.once('SIGTERM', () => void setTimeout(() => process.kill(process.pid, 'SIGTERM'), 20))
    stayAlive()
    ready()
  },
  async 'signal that the host emits itself'() {
    work(await start())
    process.emit('SIGTERM')
    setTimeout(() => process.exit(6), 50)
  },
  async 'signal after stop'() {
    const scope = await start()
    work(scope)
    await scope?.stop()
    stayAlive()
    ready()
  },
  async blocked() {
    const scope = await start()
    await scope?.flush()
    work(scope)
    process.stdout.write('written\n')
    block(2000)
    process.stdout.write('free\n')
    await scope?.stop()
  },
  async 'stops itself'() {
    const scope = await start()
    work(scope)
    await scope?.stop()
  },
  async 'full disk'() {
    const scope = await start()
    scope?.log('before')
    await scope?.flush()
    for (let i = 0; i < 60; i++) {
      for (let n = 0; n < 200; n++) scope?.log('x'.repeat(900), { n: Math.random().toString(36) })
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    const refused = await scope?.flush().then(
      () => 'flushed',
      (error: { code?: string }) => error.code,
    )
    const status = scope?.status()
    await scope?.stop()
    process.stdout.write(`${JSON.stringify({ refused, status, state: scope?.status().state })}\n`)
  },
  async 'exit with a grown ring'() {
    if (directory === undefined) return
    const ring = { strategy: 'grow', records: 1024, arenaBytes: 262_144 } as const
    const scope = await createScope({ sources: false, directory, ring })
    await scope.flush()
    const lock = new DatabaseSync(scope.path ?? '', { timeout: 5000 })
    lock.exec('BEGIN IMMEDIATE')
    scope.log('held')
    // refused: from here on nothing is taken out of the ring until the lock is given back
    await scope.flush().catch(() => undefined)
    for (let i = 0; i < 6000; i++) scope.log('line', { i })
    lock.close()
    process.exit(7)
  },
}

await SCENARIOS[scenario]?.()
