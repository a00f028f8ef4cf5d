import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
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

describe('a disk that is full', () => {
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
