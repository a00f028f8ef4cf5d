import { once } from 'node:events'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { getEnvironmentData, Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { COUNTER, INVITATION, type Invitation } from '../../src/ingest/thread-contract.ts'
import { createScope } from '../../src/scope.ts'
import { NEVER_COMPILE_WRAPPERS } from '../../src/scope/worker.ts'
import { temporaryDirectory } from '../store/directory.ts'
import type { ThreadState } from './thread-watch.ts'

setFlagsFromString(NEVER_COMPILE_WRAPPERS)

class Thread implements AsyncDisposable {
  readonly worker = new Worker(new URL('./thread-watch.ts', import.meta.url), {
    execArgv: ['--conditions=@cinescope/source'],
  })

  async ask(): Promise<ThreadState> {
    const answer = once(this.worker, 'message') as Promise<[ThreadState]>
    this.worker.postMessage('how')
    return (await answer)[0]
  }

  /** How it is once it is as expected, or after five seconds. */
  async settled(isAsExpected: (state: ThreadState) => boolean): Promise<ThreadState> {
    for (let tries = 0; tries < 100; tries++) {
      const state = await this.ask()
      if (isAsExpected(state)) return state
      await sleep(50)
    }
    return this.ask()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.worker.terminate()
  }
}

function recordingIn(directory: string) {
  return createScope({ sources: { vitals: false }, directory, onInternalError: () => undefined })
}

const isRecording = ({ state }: ThreadState): boolean => state === 'recording'
const isOff = ({ isEnabled }: ThreadState): boolean => !isEnabled

describe('a recorded thread', () => {
  it('records no more once the recording has been stopped', async () => {
    using directory = temporaryDirectory()
    const scope = await recordingIn(directory.path)
    await using thread = new Thread()
    expect(await thread.settled(isRecording)).toMatchObject({ isEnabled: true, reading: 'can be read' })
    await scope.stop()
    expect(await thread.settled(isOff)).toMatchObject({ isEnabled: false, state: 'stopped' })
  })

  it('records no more once the writer thread has died', async () => {
    using directory = temporaryDirectory()
    const started = once(process, 'worker') as Promise<[Worker]>
    await using _ = await recordingIn(directory.path)
    const [writer] = await started
    await using thread = new Thread()
    await thread.settled(isRecording)
    await writer.terminate()
    expect(await thread.settled(isOff)).toMatchObject({ isEnabled: false })
  })

  it('that is ended from outside leaves a finished segment, not a tail that waits for more', async () => {
    using directory = temporaryDirectory()
    await using scope = await recordingIn(directory.path)
    const thread = new Thread()
    await thread.settled(isRecording)
    await thread.worker.terminate()
    const tails = (): unknown[] => {
      using database = new DatabaseSync(scope.path ?? '', { readOnly: true })
      return database
        .prepare('SELECT tail FROM segment WHERE thread = 1')
        .all()
        .map((row) => row['tail'])
    }
    for (let tries = 0; tries < 100 && (tails().length === 0 || tails().includes(1)); tries++) {
      await scope.flush()
      await sleep(50)
    }
    expect(tails()).toEqual([0])
  })

  it('that has made several scopes leaves finished segments of all when it is ended from outside', async () => {
    using directory = temporaryDirectory()
    await using scope = await recordingIn(directory.path)
    const program = `
      const { createScope } = await import(${JSON.stringify(new URL('../../src/scope.ts', import.meta.url).href)})
      for (const name of ['one', 'two']) {
        const scope = await createScope({ sources: false })
        scope.log(name)
        await scope.flush()
      }
      ;(await import('node:worker_threads')).parentPort.postMessage('ready')
      setInterval(() => undefined, 1000)`
    const worker = new Worker(`void (async () => {${program}})()`, {
      eval: true,
      execArgv: ['--conditions=@cinescope/source'],
    })
    await once(worker, 'message')
    await worker.terminate()
    const tails = (): unknown[] => {
      using database = new DatabaseSync(scope.path ?? '', { readOnly: true })
      const rows = database.prepare('SELECT tail FROM segment WHERE thread > 0').all()
      return rows.map((row) => row['tail'])
    }
    for (let tries = 0; tries < 100 && (tails().length < 2 || tails().includes(1)); tries++) {
      await scope.flush()
      await sleep(50)
    }
    expect(tails()).toEqual([0, 0])
  })

  it('of a recording in memory says where that is read', async () => {
    await using _ = await createScope({ sources: false, store: 'memory' })
    await using thread = new Thread()
    expect((await thread.settled(isRecording)).reading).toBe(
      'a recording in memory is read in the thread that started it',
    )
  })

  it('is refused, and says so, when 8,191 before it have been recorded', async () => {
    using directory = temporaryDirectory()
    await using _ = await recordingIn(directory.path)
    const { counters } = getEnvironmentData(INVITATION) as Invitation
    Atomics.store(new Int32Array(counters), COUNTER.threads, 8190)
    await using last = new Thread()
    expect(await last.settled(isRecording)).toMatchObject({ isEnabled: true, faults: [] })
    await using refused = new Thread()
    expect(await refused.ask()).toMatchObject({
      isEnabled: false,
      faults: [expect.stringContaining('8191 threads of the process have been')],
    })
  })
})
