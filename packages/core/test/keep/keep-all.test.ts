import { expect, it } from 'vitest'
import { CONTROL_CODE } from '../../src/base/control-code.ts'
import { KeepAll } from '../../src/keep/keep-all.ts'

const SECOND = 1e9

it('who asks for all films is believed for as long as it says so, and not for ever', () => {
  const all = new KeepAll(10 * SECOND)
  expect(all.take(CONTROL_CODE.keepAll, 0)).toBe(true)
  for (let now = 5; now <= 60; now += 5) {
    expect(all.take(CONTROL_CODE.keepAllStill, now * SECOND)).toBe(false)
    expect(all.isOn((now + 4) * SECOND)).toBe(true)
  }
  expect(all.take(CONTROL_CODE.keepAllEnd, 61 * SECOND)).toBe(false)
  expect(all.isOn(61 * SECOND)).toBe(false)
  all.take(CONTROL_CODE.keepAll, 70 * SECOND)
  expect(all.isOn(81 * SECOND)).toBe(false)
})

it('who asks still has its films though its begin was lost, and its end is its own', () => {
  const all = new KeepAll(10 * SECOND)
  expect(all.take(CONTROL_CODE.keepAllStill, 0)).toBe(true)
  expect(all.isOn(1)).toBe(true)
  all.take(CONTROL_CODE.keepAll, 2)
  all.take(CONTROL_CODE.keepAllEnd, 3)
  expect(all.isOn(4)).toBe(true)
  all.take(CONTROL_CODE.keepAllEnd, 5)
  expect(all.isOn(6)).toBe(false)
})
