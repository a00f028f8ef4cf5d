import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Screen } from '../src/format/screen.ts'

/** A terminal that keeps what it was told. */
function terminal(isTTY = true) {
  const told: string[] = []
  return { isTTY, columns: 80, told, write: (text: string) => told.push(text) > 0 }
}

describe('work that takes long', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  function begin(stderr: ReturnType<typeof terminal>): Screen {
    const screen = new Screen({ stdout: terminal(), stderr, format: 'table', nowMs: 0 })
    screen.beginWork()
    return screen
  }

  test('says so at a terminal after a second, how far it is, and goes before what is printed', () => {
    const stderr = terminal()
    const screen = begin(stderr)
    vi.advanceTimersByTime(900)
    expect(stderr.told).toEqual([])
    vi.advanceTimersByTime(200)
    expect(stderr.told).toEqual(['\r\u001b[Kworking, 1 s'])
    screen.progress(3, 12, 'segments read')
    vi.advanceTimersByTime(1000)
    expect(stderr.told.at(-1)).toBe('\r\u001b[K3 of 12 segments read, 2 s')
    screen.print(['the answer'])
    expect(stderr.told.at(-1)).toBe('\r\u001b[K')
    const count = stderr.told.length
    vi.advanceTimersByTime(5000)
    expect(stderr.told).toHaveLength(count)
  })

  test('says nothing where nobody looks, or where it was quick', () => {
    const pipe = terminal(false)
    begin(pipe)
    vi.advanceTimersByTime(5000)
    expect(pipe.told).toEqual([])
    const quick = terminal()
    begin(quick).endWork()
    vi.advanceTimersByTime(5000)
    expect(quick.told).toEqual([])
  })
})
