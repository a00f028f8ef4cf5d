/** A host process: does what its first argument says, recorded into the directory of its second, or bare without one. */

import { createScope } from '../../src/scope.ts'
import type { Scope } from '../../src/scope/running-scope.ts'

const [, , scenario = '', directory] = process.argv
const EVENTS = 1000

async function start(): Promise<Scope | undefined> {
  if (directory === undefined) return undefined
  const scope = await createScope({ directory, service: scenario })
  // the writer is up, so that a busy machine has its 500 ms for the drain alone
  if (scenario !== 'exit at once') await scope.flush()
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

const SCENARIOS: Readonly<Record<string, () => Promise<void>>> = {
  async exit() {
    work(await start())
    process.exit(7)
  },
  async 'exit at once'() {
    void start()
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
}

await SCENARIOS[scenario]?.()
