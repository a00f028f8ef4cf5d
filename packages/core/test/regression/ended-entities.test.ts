import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { expect, it } from 'vitest'
import { createScope } from '../../src/scope.ts'

it('threads and child processes that have ended leave their places among the live entities to others', async () => {
  await using scope = await createScope({ store: 'memory', sources: { vitals: false } })
  for (let i = 0; i < 3; i++) {
    await once(new Worker('', { eval: true }), 'exit')
    await once(spawn(process.execPath, ['--version'], { stdio: 'ignore' }), 'exit')
  }
  await scope.flush()
  const { items } = await scope.recording().events({ where: { kinds: ['entity.died'] } })
  expect(items.map(({ subject }) => subject?.kind)).toEqual([
    'thread',
    'process',
    'thread',
    'process',
    'thread',
    'process',
  ])
  expect(scope.status().interned.entities).toBe(0)
})
