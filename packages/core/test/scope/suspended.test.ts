import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { openRecording, recordingsIn } from '../../src/recording/open-recording.ts'
import type { ScopeStatus } from '../../src/scope/running-scope.ts'
import { temporaryDirectory } from '../store/directory.ts'

it('a process that is suspended and resumed goes on, and its recording has the time it was away, and every event', async () => {
  using directory = temporaryDirectory()
  const host = fileURLToPath(new URL('suspended-host.ts', import.meta.url))
  const args = ['--conditions=@cinescope/source', host, directory.path]
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  await once(child.stdout, 'readable')
  child.stdout.read()
  await setTimeout(300)
  const stoppedAt = Date.now()
  child.kill('SIGSTOP')
  await setTimeout(1500)
  const resumedAt = Date.now()
  child.kill('SIGCONT')
  await setTimeout(300)
  child.stdin.end('end')
  const status = JSON.parse(await text(child.stdout)) as ScopeStatus
  expect(status.faults).toEqual([])
  await using recording = openRecording(recordingsIn(directory.path)[0]!)
  const { state } = await recording.status()
  expect(state).toBe('closed')
  const ledger = await recording.ledger()
  expect(ledger).toMatchObject({ produced: status.produced, stored: status.produced, dropped: 0, pending: 0 })
  const { items } = await recording.films({ limit: 10_000, order: 'time' })
  expect(items.map(({ name }) => name)).toEqual(items.map((_, n) => `turn ${n}`))
  const across = items.filter(({ durationNs }) => durationNs !== undefined && durationNs > 1_400_000_000)
  expect(across).toHaveLength(1)
  // a span that was under way then ends after it
  const { at, durationNs = 0 } = across[0]!
  expect(at).toBeLessThanOrEqual(stoppedAt + 200)
  expect(at + durationNs / 1e6).toBeGreaterThanOrEqual(resumedAt - 50)
})
