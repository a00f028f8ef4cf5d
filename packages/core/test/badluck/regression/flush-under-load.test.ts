import { expect, it } from 'vitest'
import { createScope } from '@cinescope/core'
import { temporaryDirectory } from '../programs.ts'

it('a flush does not keep the writer from committing while the program records faster than it drains', async () => {
  await using directory = await temporaryDirectory()
  await using scope = await createScope({ directory: directory.path, handleSignals: false })
  scope.span('first', () => 1)
  await scope.flush()
  const commits: number[] = []
  void scope.flush()
  const span = (): number => 1
  for (let round = 0; round < 15; round++) {
    for (const until = performance.now() + 100; performance.now() < until;) scope.span('busy', span)
    commits.push(scope.status().commits)
  }
  // the thread never rests, yet a commit comes about every 100 ms
  expect(new Set(commits).size).toBeGreaterThan(5)
})
