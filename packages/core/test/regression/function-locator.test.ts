import { setImmediate, setTimeout } from 'node:timers/promises'
import { MAX_SITES } from '@cinescope/protocol'
import { expect, it } from 'vitest'
import { createFunctionLocator, type FunctionLocation } from '../../src/adapter.ts'

const fail = (cause: unknown): never => {
  throw cause
}

it('functions are found while others keep coming', async () => {
  const locator = createFunctionLocator(fail)
  const found: FunctionLocation[] = []
  const target = { located: (location: FunctionLocation) => void found.push(location) }
  let isComing = true
  const coming = (async () => {
    while (isComing) {
      locator.locate(() => undefined, target)
      await setTimeout(5)
    }
  })()
  await expect.poll(() => found.length, { timeout: 5000 }).toBeGreaterThan(0)
  isComing = false
  await coming
  locator.stop()
  expect(found[0]).toMatchObject({ file: import.meta.filename })
})

it('no more functions are looked for than a scope has sites for', async () => {
  const locator = createFunctionLocator(fail)
  const max = MAX_SITES / 4
  const functions = Array.from({ length: max + 10 }, () => () => undefined)
  let found = 0
  const target = { located: () => void found++ }
  for (const fn of functions) locator.locate(fn, target)
  await expect.poll(() => found, { timeout: 15_000 }).toBe(max)
  for (let turn = 0; turn < 20; turn++) await setImmediate()
  expect([functions.length, found]).toEqual([max + 10, max])
  locator.stop()
})
