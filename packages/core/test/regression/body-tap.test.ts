import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { BodyTap } from '../../src/adapter/body-tap.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

test('a body that was given away is not kept for as long as the request is open', async () => {
  const tap = new BodyTap(16)
  const lend = (): WeakRef<ArrayBuffer> => {
    const chunk = new Uint8Array(100_000)
    tap.lend(chunk)
    expect(tap.text('application/json', true)).toMatchObject({ totalLength: 100_000, complete: false })
    return new WeakRef(chunk.buffer)
  }
  const memory = lend()
  await new Promise((resolve) => setTimeout(resolve))
  collect()
  expect(memory.deref()).toBeUndefined()
  expect(tap.totalLength).toBe(100_000)
})
