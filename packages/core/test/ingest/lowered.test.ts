import { statSync } from 'node:fs'
import { expect, it } from 'vitest'
import { keeping } from '../keep/kept.ts'

const CAP = 1_048_576

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0

it('a limit of bytes that is lowered gives the disk back, though nothing is recorded any more', async () => {
  await using it = await keeping({})
  const { scope } = it
  for (let n = 0; n < 80; n++) {
    for (let i = 0; i < 200; i++) scope.log('line', { text: Array.from({ length: 50 }, Math.random).join() })
    await scope.flush()
  }
  const path = scope.path!
  expect(sizeOf(path)).toBeGreaterThan(4 * CAP)
  scope.set({ maxBytes: CAP })
  await expect.poll(() => sizeOf(path), { timeout: 15_000, interval: 100 }).toBeLessThanOrEqual(CAP)
  expect(scope.status().pruned).toBeGreaterThan(0)
})
