import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { findRecording, openRecording } from '../../src/recording/open-recording.ts'
import type { OpenRecording } from '../../src/recording/recording.ts'
import { createScope } from '../../src/scope.ts'
import { openSqliteSource } from '../../src/store/sqlite/sqlite-source.ts'
import { createSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { startProgram } from '../badluck/programs.ts'
import { sealedCommit, spans } from '../store/conformance.ts'
import { temporaryDirectory } from '../store/directory.ts'
import { PROCESS } from './recording-fixture.ts'

const LIVE = { state: 'live', tail: 'open' }
const INTERRUPTED = { state: 'interrupted', tail: 'unknown' }
const CLOSED = { state: 'closed', tail: 'complete' }

async function toldBy(recording: OpenRecording): Promise<{ state: string; tail: string }> {
  const { state } = await recording.status()
  const { tail } = await recording.ledger()
  return { state, tail }
}

async function toldOf(path: string): Promise<{ state: string; tail: string }> {
  await using recording = openRecording(path)
  return await toldBy(recording)
}

/** Makes the recording say that this process, which is alive, wrote it. */
function claimLivingPid(path: string): void {
  using database = new DatabaseSync(path)
  database.prepare('UPDATE process SET pid = ?, hostname = ?').run(process.pid, hostname())
}

/** A recording of another process that was killed while it wrote. */
async function killed(directory: string, whileAlive: (path: string) => Promise<void>): Promise<string> {
  const child = startProgram('killed', [directory, join(directory, 'acks'), 'steady'])
  await once(child.stdout!, 'data')
  const path = findRecording(directory)
  await whileAlive(path)
  child.kill('SIGKILL')
  await once(child, 'close')
  return path
}

describe('a recording', () => {
  it('is live while another process writes it, and interrupted once that was killed', async () => {
    using directory = temporaryDirectory()
    const path = await killed(directory.path, async (live) => {
      expect(await toldOf(live)).toEqual(LIVE)
    })
    expect(await toldOf(path)).toEqual(INTERRUPTED)
  })

  it('is interrupted although the number of its process has been given to another', async () => {
    using directory = temporaryDirectory()
    const path = await killed(directory.path, async () => undefined)
    claimLivingPid(path)
    expect(await toldOf(path)).toEqual(INTERRUPTED)
  })

  it('is interrupted once its writer thread is gone, although its process lives', async () => {
    using directory = temporaryDirectory()
    const started = once(process, 'worker') as Promise<[Worker]>
    const scope = await createScope({
      sources: false,
      directory: directory.path,
      handleSignals: false,
      onInternalError: () => undefined,
    })
    const [writer] = await started
    scope.log('before')
    await scope.flush()
    expect(await toldOf(scope.path!)).toEqual(LIVE)
    expect(await toldBy(scope.recording())).toEqual(LIVE)
    await writer.terminate()
    expect(await toldOf(scope.path!)).toEqual(INTERRUPTED)
    expect(await toldBy(scope.recording())).toEqual(INTERRUPTED)
    await scope.stop()
    expect(await toldOf(scope.path!)).toEqual(INTERRUPTED)
  })

  it('is closed after stop, as one file, also for a reader that opened it before', async () => {
    using directory = temporaryDirectory()
    const scope = await createScope({ sources: false, directory: directory.path, handleSignals: false })
    scope.log('before')
    await scope.flush()
    await using early = openRecording(scope.path!)
    expect(await toldBy(early)).toEqual(LIVE)
    await scope.stop()
    expect(await toldBy(early)).toEqual(CLOSED)
    expect(await toldOf(scope.path!)).toEqual(CLOSED)
    await early.close()
    expect(readdirSync(directory.path).filter((name) => name.endsWith('-lock'))).toEqual([])
  })

  it('is live when it is opened by a link to it', async () => {
    using directory = temporaryDirectory()
    const path = join(directory.path, 'x.cine')
    const store = createSqliteStore(path, PROCESS)
    symlinkSync(path, join(directory.path, 'newest.cine'))
    expect(await toldOf(join(directory.path, 'newest.cine'))).toEqual(LIVE)
    store.close()
    expect(await toldOf(join(directory.path, 'newest.cine'))).toEqual(INTERRUPTED)
  })

  it('is told live or not without ever holding its writer up, and without a file left open each time', async () => {
    using directory = temporaryDirectory()
    const path = join(directory.path, 'x.cine')
    const store = createSqliteStore(path, PROCESS)
    const reader = openSqliteSource(path)
    for (let i = 0; i < 200; i++) {
      expect(reader.state()).toBe('live')
      store.commit(sealedCommit(spans(1, 1 + i * 10)))
    }
    const lock = statSync(`${path}-lock`)
    const held = filesHeld().filter((file) => file.ino === lock.ino)
    expect(held.length).toBeLessThanOrEqual(2)
    store.finish()
    expect(reader.state()).toBe('closed')
    reader.close()
  })
})

/** The files this process holds open, where the system tells. */
function filesHeld(): { readonly ino: number }[] {
  if (process.platform !== 'linux') return []
  return readdirSync('/proc/self/fd').flatMap((fd) => statSync(`/proc/self/fd/${fd}`, { throwIfNoEntry: false }) ?? [])
}

describe('a lock that no writer made', () => {
  const locks: Readonly<Record<string, (path: string) => void>> = {
    'a text': (path) => writeFileSync(path, 'locked\n'.repeat(1000)),
    'an empty file': (path) => writeFileSync(path, ''),
    'a directory': (path) => mkdirSync(path),
    'a pipe': (path) => void spawnSync('mkfifo', [path]),
    'a link to a device': (path) => symlinkSync('/dev/zero', path),
    'a link to itself': (path) => symlinkSync(path, path),
    'a link to the lock of another recording': (path) => {
      createSqliteStore(`${path}ed.cine`, PROCESS)
      symlinkSync(`${path}ed.cine-lock`, path)
    },
  }

  it.for(Object.keys(locks))('does not make a recording live: %s', async (name) => {
    using directory = temporaryDirectory()
    const path = join(directory.path, 'x.cine')
    createSqliteStore(path, PROCESS).close()
    claimLivingPid(path)
    locks[name]!(`${path}-lock`)
    expect(await toldOf(path)).toEqual(INTERRUPTED)
  })
})
