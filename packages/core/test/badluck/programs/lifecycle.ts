/** Ways a program can end that recordings must survive: `lifecycle.ts <scenario> <directory>`. */

import { setTimeout } from 'node:timers/promises'
import { createScope, type Scope } from '@cinescope/core'

const [scenario = '', directory = '.'] = process.argv.slice(2)

function record(scope: Scope, films: number): void {
  for (let i = 0; i < films; i++) scope.span('work', () => scope.log('inside'))
}

/** Keeps the thread for so long that the writer can start on a request. */
function busy(ms: number): void {
  for (const until = performance.now() + ms; performance.now() < until;);
}

const SCENARIOS: Readonly<Record<string, () => Promise<void>>> = {
  /** The second flush is asked for while the writer works on the first. */
  async 'two flushes'() {
    const scope = await createScope({ sources: false, directory, handleSignals: false })
    await scope.flush()
    for (let round = 0; round < 40; round++) {
      record(scope, 2000)
      const first = scope.flush()
      busy(round / 10)
      record(scope, 2000)
      const second = scope.flush()
      await first
      await second
    }
    process.stdout.write('both flushed\n')
    await scope.stop()
  },
  async 'exit at once'() {
    const scope = await createScope({ sources: false, directory })
    record(scope, 50)
    process.exit(0)
  },
  async 'stop, then exit without waiting'() {
    const scope = await createScope({ sources: false, directory })
    await scope.flush()
    await scope.recording().films()
    record(scope, 50)
    void scope.stop()
    process.exit(0)
  },
  async 'two scopes, a signal'() {
    const scopes = [await createScope({ sources: false, directory }), await createScope({ sources: false, directory })]
    for (const scope of scopes) await scope.flush()
    for (const scope of scopes) record(scope, 50)
    process.kill(process.pid, 'SIGTERM')
    await setTimeout(5000)
  },
  async 'one scope stopped, a signal'() {
    const scopes = [await createScope({ sources: false, directory }), await createScope({ sources: false, directory })]
    for (const scope of scopes) {
      await scope.flush()
      record(scope, 50)
    }
    await scopes[0]!.stop()
    process.kill(process.pid, 'SIGTERM')
    await setTimeout(5000)
  },
  async 'an uncaught error'() {
    const scope = await createScope({ sources: false, directory })
    await scope.flush()
    record(scope, 50)
    throw new Error('nobody catches this')
  },
  async 'the natural end'() {
    const scope = await createScope({ sources: false, directory })
    record(scope, 50)
  },
}

await SCENARIOS[scenario]?.()
