import { describe, expect, it } from 'vitest'
import { RouteLimits } from '../../src/keep/route-limits.ts'
import { RouteTable } from '../../src/keep/route-table.ts'

const MINUTE = 60e9

describe('what is slow for a route', () => {
  it('is known from its hundredth film on', () => {
    const limits = new RouteLimits({ slowQuantile: 0.99, reservoir: 0 })
    for (let i = 0; i < 99; i++) limits.add(1e6, i)
    expect(limits.isSlow(1e9)).toBe(false)
    limits.add(1e6, 99)
    expect(limits.isSlow(1e9)).toBe(true)
    expect(limits.isSlow(0.5e6)).toBe(false)
  })

  it('is not what takes as long as all the others', () => {
    const limits = new RouteLimits({ slowQuantile: 0.99, reservoir: 0 })
    for (let i = 0; i < 1000; i++) limits.add(3e6, i)
    expect(limits.isSlow(3e6)).toBe(false)
    expect(limits.isSlow(3e6 * 1.03)).toBe(true)
  })

  it('is about the part of its films that is asked for', () => {
    const limits = new RouteLimits({ slowQuantile: 0.9, reservoir: 0 })
    let slow = 0
    for (let i = 0; i < 20_000; i++) {
      const duration = 1e6 + ((i * 7919) % 1000) * 1e4
      if (i >= 10_000 && limits.isSlow(duration)) slow++
      limits.add(duration, i)
    }
    expect(slow / 10_000).toBeGreaterThan(0.07)
    expect(slow / 10_000).toBeLessThan(0.13)
  })

  it('moves with the route: what was slow once is not when all films have been so for a while', () => {
    const limits = new RouteLimits({ slowQuantile: 0.99, reservoir: 0 })
    for (let i = 0; i < 200; i++) limits.add(1e6, i)
    expect(limits.isSlow(50e6)).toBe(true)
    for (let i = 0; i < 300; i++) limits.add(50e6, MINUTE * 6 + i)
    for (let i = 0; i < 300; i++) limits.add(50e6, MINUTE * 12 + i)
    expect(limits.isSlow(50e6)).toBe(false)
    expect(limits.isSlow(60e6)).toBe(true)
  })

  it('is nothing where the quantile is 1', () => {
    const limits = new RouteLimits({ slowQuantile: 1, reservoir: 0 })
    for (let i = 0; i < 1000; i++) limits.add(1e6, i)
    expect(limits.isSlow(1e12)).toBe(false)
  })
})

describe('ordinary films of a route', () => {
  it('have as many places in each minute as are given', () => {
    const limits = new RouteLimits({ slowQuantile: 1, reservoir: 2 })
    const taken = [0, 1, 2, MINUTE - 1, MINUTE, MINUTE + 1, MINUTE + 2].map((at) => limits.takePlace(at))
    expect(taken).toEqual([true, true, false, false, true, true, false])
    expect(new RouteLimits({ slowQuantile: 1, reservoir: 0 }).takePlace(0)).toBe(false)
  })
})

describe('the table of routes', () => {
  it('hands out what has changed, once a second at most, and all when it is asked for all', () => {
    let now = 0
    const table = new RouteTable(3, () => now)
    table.ended(1, 1, 5e6, false, true)
    expect(table.take(false)).toMatchObject([{ thread: 3, site: 1, kind: 1, films: 1, failed: 0, kept: 1 }])
    table.ended(1, 1, 5e6, true, false)
    table.ended(2, 1, 5e6, false, false)
    now = 999
    expect([table.isDue, table.take(false)]).toEqual([false, []])
    now = 1000
    expect(table.isDue).toBe(true)
    expect(table.take(false)).toMatchObject([
      { site: 1, films: 2, failed: 1, kept: 1 },
      { site: 2, films: 1 },
    ])
    expect([table.isDue, table.take(true)]).toEqual([false, []])
    table.ended(2, 1, 5e6, false, false)
    expect(table.take(true)).toMatchObject([{ site: 2, films: 2 }])
  })

  it('counts all routes beyond 4,096 as one', () => {
    const table = new RouteTable(0, () => 0)
    for (let site = 1; site <= 5000; site++) table.ended(site, 1, 1e6, false, false)
    const rows = table.take(true)
    expect(rows).toHaveLength(4097)
    expect(rows.find(({ site }) => site === 0)).toMatchObject({ kind: 0, films: 5000 - 4096 })
  })
})
