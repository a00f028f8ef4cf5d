import { once } from 'node:events'
import { Session } from 'node:inspector'
import type { CinescopeError } from '@cinescope/protocol'
import { describe, expect, it } from 'vitest'
import { createScope } from '../../src/scope.ts'
import { temporaryDirectory } from '../store/directory.ts'
import { runHost } from './run-host.ts'

/** Has the worker that starts next run `expression` once it is told to. */
function takeOver(expression: string): { attached: Promise<void>; run(): void } & Disposable {
  const session = new Session()
  session.connect()
  let id = ''
  const attached = new Promise<void>((resolve) => {
    session.on('NodeWorker.attachedToWorker', ({ params }) => {
      id = params.sessionId
      resolve()
    })
  })
  session.post('NodeWorker.enable', { waitForDebuggerOnStart: false })
  const message = JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression } })
  return {
    attached,
    run: () => session.post('NodeWorker.sendMessageToWorker', { sessionId: id, message }),
    [Symbol.dispose]: () => session.disconnect(),
  }
}

describe('a scope whose writer thread hangs', () => {
  it('is stopped after some seconds: the writer is ended, and it is said once', async () => {
    using directory = temporaryDirectory()
    using worker = takeOver('for (;;);')
    const faults: CinescopeError[] = []
    const started = once(process, 'worker')
    const scope = await createScope({
      sources: false,
      directory: directory.path,
      onInternalError: (error) => faults.push(error),
    })
    await started
    await worker.attached
    await scope.flush()
    worker.run()
    const begun = performance.now()
    await scope.stop()
    expect(performance.now() - begun).toBeLessThan(12_000)
    expect(faults.map(({ code }) => code)).toEqual(['CSC_ERR_WRITER'])
    expect(scope.status().state).toBe('failed')
  })

  it.runIf(process.platform === 'linux')('does not begin in a directory that can never be made', async () => {
    const ended = await runHost('stops itself', '/proc/nope/recordings')
    expect(ended).toEqual({
      code: 0,
      signal: null,
      stdout: '',
      stderr: expect.stringMatching(/^cinescope: CSC_ERR_START: .*\n$/),
    })
  })
})
