import { once } from 'node:events'
import { join } from 'node:path'
import type { Worker } from 'node:worker_threads'
import type { CinescopeError } from '@cinescope/protocol'
import { describe, expect, it } from 'vitest'
import { openRecording } from '../../src/recording/open-recording.ts'
import { createScope } from '../../src/scope.ts'
import { temporaryDirectory } from '../store/directory.ts'

describe('a scope whose writer thread dies', () => {
  it('says so once, records no more, frees everybody who waits, and leaves the host running', async () => {
    using directory = temporaryDirectory()
    const faults: CinescopeError[] = []
    const started = once(process, 'worker') as Promise<[Worker]>
    const scope = await createScope({
      sources: false,
      directory: join(directory.path, 'r'),
      onInternalError: (error) => faults.push(error),
    })
    const [writer] = await started
    for (let i = 0; i < 100; i++) scope.log('before')
    await scope.flush()
    const flushes = [scope.flush(), scope.flush()]
    await writer.terminate()
    await Promise.allSettled(flushes)
    expect(scope.isEnabled).toBe(false)
    scope.log('after')
    expect(scope.span('after', () => 5)).toBe(5)
    await scope.flush()
    await scope.stop()
    expect(faults.map(({ code }) => code)).toEqual(['CSC_ERR_WRITER'])
    const status = scope.status()
    expect(status).toMatchObject({
      state: 'failed',
      stored: 100,
      produced: 100,
      faults: [{ code: 'CSC_ERR_WRITER', count: 1 }],
    })
    await using recording = openRecording(scope.path!)
    expect(await recording.ledger()).toMatchObject({ stored: 100 })
  })
})
