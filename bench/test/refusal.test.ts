import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { busyShare, MAX_BUSY, refuseIfBusy } from '../src/busy.ts'
import { takeLock } from '../src/lock.ts'
import { readOptions } from '../src/options.ts'

let directory: string
let path: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'cinescope-bench-test-'))
  path = join(directory, 'bench.lock')
})

afterEach(() => rmSync(directory, { recursive: true }))

describe('the lock', () => {
  test('refuses a second bench and names the first', () => {
    using _first = takeLock(path, 4242, () => true)
    expect(() => takeLock(path, 4243, () => true)).toThrow(/process 4242/)
  })

  test('is free again once it was let go', () => {
    takeLock(path, 4242, () => true)[Symbol.dispose]()
    expect(existsSync(path)).toBe(false)
    using _second = takeLock(path, 4243, () => true)
    expect(existsSync(path)).toBe(true)
  })

  test('of a process that is gone is taken over', () => {
    takeLock(path, 4242, () => true)
    using _second = takeLock(path, 4243, () => false)
    expect(() => takeLock(path, 4244, () => true)).toThrow(/process 4243/)
  })

  test('with nonsense in it is taken over', () => {
    writeFileSync(path, 'not a number')
    using _mine = takeLock(path, 4242)
    expect(existsSync(path)).toBe(true)
  })
})

describe('a busy machine', () => {
  /** Two cores for two seconds, of which `used` ms went to others. */
  const using = async (used: number): Promise<number> => {
    const readings = [
      { idle: 1000, total: 5000 },
      { idle: 1000 + 4000 - used, total: 9000 },
    ]
    return busyShare(
      () => readings.shift()!,
      async () => undefined,
    )
  }

  test('is one where more than the allowed share is in use', async () => {
    expect(await using(400)).toBeCloseTo(MAX_BUSY)
    expect(() => refuseIfBusy(MAX_BUSY)).not.toThrow()
    expect(() => refuseIfBusy(MAX_BUSY + 0.001)).toThrow(/busy/)
  })

  test('says how busy it is', async () => {
    const share = await using(2000)
    expect(() => refuseIfBusy(share)).toThrow(/50 % of its cores/)
  })
})

describe('forced figures', () => {
  const ids = ['event', 'writer']

  test('are never documented', () => {
    expect(() => readOptions(['--force', '--docs'], ids)).toThrow(/not documented/)
  })

  test('alone may have other rounds', () => {
    expect(() => readOptions(['--rounds', '2'], ids)).toThrow(/goes with --force/)
    expect(readOptions(['--rounds', '2', '--force'], ids).rounds).toBe(2)
  })

  test('and rows that do not exist are refused with those that do', () => {
    expect(() => readOptions(['--only', 'event,size'], ids)).toThrow(/no row 'size'; rows are event, writer/)
  })
})
