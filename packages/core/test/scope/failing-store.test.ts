import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { openRecording, recordingsIn } from '../../src/recording/open-recording.ts'
import type { ScopeStatus } from '../../src/scope/running-scope.ts'
import { temporaryDirectory } from '../store/directory.ts'
import { type Ended, runHost } from './run-host.ts'

interface Report {
  readonly refused: string
  readonly status: ScopeStatus
  readonly state: string
}

async function expectHarmless(ended: Ended, directory: string): Promise<void> {
  expect(ended).toMatchObject({ code: 0, signal: null })
  expect(ended.stderr).toMatch(/^cinescope: CSC_ERR_STORE: [^\n]*\n$/)
  const { refused, status, state } = JSON.parse(ended.stdout) as Report
  expect(refused).toBe('CSC_ERR_STORE')
  expect(status.stored + status.pruned + status.dropped + status.pending).toBe(status.produced)
  expect(status.faults).toMatchObject([{ code: 'CSC_ERR_STORE' }])
  expect(state).toBe('failed')
  await using recording = openRecording(recordingsIn(directory)[0]!)
  const ledger = await recording.ledger()
  expect(ledger.stored).toBe(status.stored)
  expect((await recording.events({ limit: 10_000, values: false })).items.length).toBeGreaterThan(0)
}

function mountSmall(path: string): boolean {
  try {
    mkdirSync(path)
    execFileSync('/bin/mount', ['-t', 'tmpfs', '-o', 'size=1500k', 'tmpfs', path], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

function raiseLimit(pid: number): boolean {
  try {
    execFileSync('/usr/bin/prlimit', ['--pid', String(pid), '--fsize=unlimited'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

describe('a disk that is full', () => {
  it('is gone on with when there is room again, and the ledger has what was lost meanwhile', async ({ skip }) => {
    using directory = temporaryDirectory()
    const host = fileURLToPath(new URL('space-host.ts', import.meta.url))
    const command = `ulimit -S -f 2500; exec "${process.execPath}" --conditions=@cinescope/source "${host}" "${directory.path}"`
    const child = spawn('/bin/sh', ['-c', command], { stdio: ['pipe', 'pipe', 'inherit'] })
    await once(child.stdout, 'readable')
    expect(String(child.stdout.read())).toBe('full\n')
    if (!raiseLimit(child.pid!)) {
      child.kill('SIGKILL')
      return skip('no prlimit here')
    }
    child.stdin.end('go on')
    const { full, status, stopped } = JSON.parse(await text(child.stdout)) as Record<string, ScopeStatus>
    expect(stopped!.faults).toMatchObject([{ code: 'CSC_ERR_STORE' }])
    expect(status!.state).toBe('recording')
    expect(stopped!.state).toBe('stopped')
    expect(status!.stored).toBeGreaterThan(full!.stored)
    await using recording = openRecording(recordingsIn(directory.path)[0]!)
    expect((await recording.films({ limit: 10 })).items.map(({ name }) => name)).toEqual(['after'])
    const { produced, stored, pruned, dropped, pending } = await recording.ledger()
    expect({ produced, stored, pending }).toEqual({ produced: stopped!.produced, stored: stopped!.stored, pending: 0 })
    expect(stored + pruned + dropped).toBe(produced)
    let events = 0
    let cursor: string | undefined
    do {
      const page = await recording.events({ limit: 10_000, values: false, ...(cursor === undefined ? {} : { cursor }) })
      events += page.items.length
      cursor = page.cursor
    } while (cursor !== undefined)
    // a span is one event, of two records
    expect(events).toBe(stored - 1)
  })

  it('costs one line and leaves the host running: no file may grow beyond a limit', async () => {
    using directory = temporaryDirectory()
    const ended = await runHost('full disk', directory.path, { shell: (command) => `ulimit -f 1500; exec ${command}` })
    await expectHarmless(ended, directory.path)
  })

  it('costs one line and leaves the host running: the file system has no room', async ({ skip }) => {
    using directory = temporaryDirectory()
    const path = join(directory.path, 'small')
    if (!mountSmall(path)) return skip('mounting takes root')
    try {
      await expectHarmless(await runHost('full disk', path), path)
    } finally {
      execFileSync('/bin/umount', ['-l', path])
    }
  })
})
