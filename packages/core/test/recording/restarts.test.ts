import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { openRecording, recordingsIn } from '../../src/recording/open-recording.ts'
import { temporaryDirectory } from '../store/directory.ts'

const HOST = fileURLToPath(new URL('restart-host.ts', import.meta.url))

describe('an application that is started again and again', () => {
  it.each([
    ['fork', ['closed', 'closed', 'interrupted']],
    ['cluster', ['closed', 'closed', 'interrupted']],
    ['watch', ['closed', 'closed', 'closed']],
  ])(
    'has a recording for each start under %s, which are read as one',
    async (mode, states) => {
      using directory = temporaryDirectory()
      const args = ['--conditions=@cinescope/source', HOST, mode, directory.path]
      const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 60_000 })
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
      expect(recordingsIn(directory.path)).toHaveLength(states.length)
      await using all = openRecording(directory.path)
      const { parts = [], unread } = await all.status()
      expect(unread).toEqual([])
      expect(parts.map((part) => part.status.state).toSorted()).toEqual(states)
      expect(new Set(parts.map((part) => part.status.process.pid)).size).toBe(states.length)
      expect(new Set(parts.map((part) => part.status.process.service))).toEqual(new Set(['kept']))
      const { items } = await all.films({ where: { name: 'GET' }, order: 'time' })
      expect(items.map(({ status }) => status)).toEqual(states.map(() => 200))
      for (const { ledger } of parts) expect(ledger).toMatchObject({ dropped: 0, pending: 0, pruned: 0 })
    },
    90_000,
  )
})
