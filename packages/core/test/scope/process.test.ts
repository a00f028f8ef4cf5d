import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openRecording, recordingsIn } from '../../src/recording/open-recording.ts'
import { temporaryDirectory } from '../store/directory.ts'
import { type HostOptions, runHost } from './run-host.ts'

const EVENTS = 1000

/** What the recordings in a directory hold. */
async function recorded(directory: string) {
  const found = []
  for (const path of recordingsIn(directory)) {
    await using recording = openRecording(path)
    const logs = []
    for await (const event of recording.stream({ where: { kinds: ['log'] }, limit: 10_000 })) logs.push(event)
    const errors = await recording.events({ where: { kinds: ['error'] } })
    found.push({
      logs: logs.length,
      errors: errors.items.length,
      ledger: await recording.ledger(),
      state: (await recording.status()).state,
    })
  }
  return found
}

describe('the end of a recorded process', () => {
  it.each<[string, HostOptions, number]>([
    ['exit', {}, 0],
    ['runs out', {}, 0],
    ['exit code', {}, 0],
    ['throws', {}, 1],
    ['rejects', {}, 1],
    ['signal', { kill: 'SIGTERM' }, 0],
    ['signal', { kill: 'SIGINT' }, 0],
    ['signal', { kill: 'SIGHUP' }, 0],
    ['signal with a handler', { kill: 'SIGTERM' }, 0],
    ['signal with a later handler', { kill: 'SIGTERM' }, 0],
    ['signal with signal-exit 3', { kill: 'SIGTERM' }, 0],
    ['signal with signal-exit 4', { kill: 'SIGTERM' }, 0],
    ['signal with signal-exit 3 and 4', { kill: 'SIGTERM' }, 0],
    ['signal with a handler for one time before ours', { kill: 'SIGTERM' }, 0],
    ['signal with a handler that was taken off', { kill: 'SIGTERM' }, 0],
    ['signal with a handler that raises it later', { kill: 'SIGTERM' }, 0],
    ['signal that the host emits itself', {}, 0],
    ['signal after stop', { kill: 'SIGTERM' }, 0],
    ['stops itself', {}, 0],
  ])('is what it would have been, and everything is in the recording: %s %o', async (scenario, options, errors) => {
    using directory = temporaryDirectory()
    const bare = await runHost(scenario, undefined, options)
    const ended = await runHost(scenario, directory.path, options)
    expect({ ...ended, stderr: withoutPlaces(ended.stderr) }).toEqual({ ...bare, stderr: withoutPlaces(bare.stderr) })
    expect(await recorded(directory.path)).toMatchObject([
      {
        logs: EVENTS,
        errors,
        state: 'closed',
        ledger: { stored: EVENTS + errors, pending: 0, dropped: 0, tail: 'complete' },
      },
    ])
    expect(readdirSync(directory.path)).toHaveLength(1)
  })

  it('drains both of two scopes on a signal', async () => {
    using directory = temporaryDirectory()
    const ended = await runHost('signal in two scopes', directory.path, { kill: 'SIGTERM' })
    expect(ended).toMatchObject({ code: null, signal: 'SIGTERM', stderr: '' })
    const whole = { logs: EVENTS, state: 'closed', ledger: { stored: EVENTS, tail: 'complete' } }
    expect(await recorded(directory.path)).toMatchObject([whole, whole])
  })

  it('comes at once when it comes before the writer is up', async () => {
    using directory = temporaryDirectory()
    expect(await runHost('exit at once', directory.path)).toEqual({ code: 5, signal: null, stdout: '', stderr: '' })
  })

  it('right after its work has all of that in the recording, though the writer was not up before', async () => {
    using directory = temporaryDirectory()
    const ended = await runHost('work and exit at once', directory.path)
    expect(ended).toEqual({ code: 5, signal: null, stdout: '', stderr: '' })
    const whole = { logs: EVENTS, state: 'closed', ledger: { stored: EVENTS, tail: 'complete' } }
    expect(await recorded(directory.path)).toMatchObject([whole])
  })

  it('before which the writer could not begin the recording says that nothing was recorded', async () => {
    using directory = temporaryDirectory()
    const shell = (command: string): string => `ulimit -f 0; exec ${command}`
    const ended = await runHost('work and exit at once', directory.path, { shell })
    expect(ended).toMatchObject({ code: 5, signal: null, stdout: '' })
    expect(ended.stderr).toMatch(/^cinescope: CSC_ERR_WRITER: .* 1000 events.*\n$/)
  })
})

describe('a host whose main thread is blocked', () => {
  it('has everything written before in its recording long before it is free again', async () => {
    using directory = temporaryDirectory()
    let written = 0
    let visibleMs = Infinity
    const wait = async (): Promise<void> => {
      const started = performance.now()
      while (visibleMs === Infinity && performance.now() - started < 1900) {
        const [path] = recordingsIn(directory.path)
        if (path !== undefined) {
          await using recording = openRecording(path)
          const { items } = await recording.events({ where: { kinds: ['log'] }, limit: 10_000, values: false })
          if (items.length === EVENTS) visibleMs = performance.now() - started
        }
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
    }
    let waiting: Promise<void> | undefined
    await runHost('blocked', directory.path, {
      onOutput: (text) => {
        if (!text.includes('written')) return
        written++
        waiting = wait()
      },
    })
    await waiting
    expect(written).toBe(1)
    // 250 ms are promised; the rest is for two busy cores and opening the file
    expect(visibleMs).toBeLessThan(1000)
  })
})

describe('a preload in NODE_OPTIONS', () => {
  it('runs in the host and not in our threads', async () => {
    using directory = temporaryDirectory()
    const marks = join(directory.path, 'marks')
    mkdirSync(marks)
    const preload = join(directory.path, 'preload.mjs')
    writeFileSync(
      preload,
      `import { threadId } from 'node:worker_threads'\nimport { writeFileSync } from 'node:fs'\nwriteFileSync(${JSON.stringify(`${marks}/`)} + threadId, '')\n`,
    )
    const recordings = join(directory.path, 'recordings')
    const ended = await runHost('stops itself', recordings, { env: { NODE_OPTIONS: `--import=${preload}` } })
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    expect(readdirSync(marks)).toEqual(['0'])
    expect(await recorded(recordings)).toMatchObject([{ logs: EVENTS }])
  })

  it('and CINESCOPE_DISABLED=1 leaves no recording', async () => {
    using directory = temporaryDirectory()
    const recordings = join(directory.path, 'recordings')
    const ended = await runHost('stops itself', recordings, { env: { CINESCOPE_DISABLED: '1' } })
    expect(ended).toMatchObject({ code: 0, stdout: '', stderr: '' })
    expect(existsSync(recordings)).toBe(false)
  })
})

/** A stack trace names files and lines of the two runs alike; only process ids differ. */
function withoutPlaces(text: string): string {
  return text.replaceAll(/\d+/g, '0')
}
