import { expect, test } from 'vitest'
import { Screen } from '../src/format/screen.ts'

test('text that is poured is made no faster than it is read', async () => {
  const written: string[] = []
  let drain: () => void = () => undefined
  const stdout = {
    write: (text: string): boolean => {
      written.push(text)
      return false
    },
    once: (_event: 'drain', listener: () => void): void => {
      drain = listener
    },
  }
  let made = 0
  async function* texts(): AsyncGenerator<string> {
    for (; made < 3; made++) yield String(made)
  }
  const screen = new Screen({ stdout, stderr: stdout, format: 'table', nowMs: 0 })
  const done = screen.pour(texts())
  for (const expected of [1, 2, 3]) {
    await new Promise((resolve) => setImmediate(resolve))
    expect(written).toHaveLength(expected)
    expect(made).toBe(expected - 1)
    drain()
  }
  await done
})
