import type { Definition } from '@cinescope/protocol'
import { expect, test } from 'vitest'
import { createEntityTable, createSiteTable } from '../../src/capture/interner.ts'

test('a reserved site is told anew under its number once more is known, and found by what is known then', () => {
  const told: Definition[] = []
  const sites = createSiteTable((definition) => told.push(definition) > 0)
  const first = sites.reserve({ name: 'load' })
  const second = sites.reserve({ name: 'load' })
  expect(second).not.toBe(first)
  expect(sites.refine(first, { name: 'load', file: '/a.js', line: 3 })).toBe(first)
  expect(sites.intern({ name: 'load', file: '/a.js', line: 3 })).toBe(first)
  expect(told.at(-1)).toEqual({ kind: 'site', number: first, site: { name: 'load', file: '/a.js', line: 3 } })
})

test('a site shared by others is never told anew: what is known of one gets a number of its own', () => {
  const sites = createSiteTable(() => true)
  const shared = sites.intern({ name: 'load' })
  expect(sites.refine(shared, { name: 'load', file: '/a.js' })).not.toBe(shared)
  expect(sites.intern({ name: 'load' })).toBe(shared)
})

test('reserving stops at a quarter of the table, the table at its bound', () => {
  const sites = createSiteTable(() => true, 0, 8)
  expect([
    sites.reserve({ name: 'a' }),
    sites.reserve({ name: 'a' }),
    sites.reserve({ name: 'a' }),
    sites.reserve({ name: 'a' }),
  ]).toEqual([1, 2, 3, 3])
  for (let i = 0; i < 6; i++) sites.intern({ name: `b${i}` })
  expect(sites.size).toBe(8)
  expect(sites.overflowed).toBe(1)
})

test('what has no room on its way to the writer gets no number, is counted, and is told when it comes again', () => {
  let hasRoom = false
  const sites = createSiteTable(() => hasRoom, 100)
  expect([sites.intern({ name: 'a' }), sites.reserve({ name: 'b' }), sites.size]).toEqual([0, 0, 0])
  expect(sites.overflowed).toBe(2)
  const entities = createEntityTable(
    () => hasRoom,
    () => 7,
  )
  const entity = { kind: 'actor', scope: 'node', id: '1' }
  expect([entities.intern(entity), entities.overflowed]).toEqual([0, 1])
  hasRoom = true
  expect([sites.intern({ name: 'a' }), sites.reserve({ name: 'b' }), entities.intern(entity)]).toEqual([101, 102, 7])
})

test('names of sites are kept no longer than they are told, and without secrets', () => {
  const told: string[] = []
  const sites = createSiteTable(
    (definition) => told.push(definition.kind === 'site' ? definition.site.name : '') > 0,
    0,
    16,
    (name) => name.replaceAll('secret', '…'),
  )
  const [a, b] = ['a', 'b'].map((end) => sites.intern({ name: 'x'.repeat(5000) + end }))
  expect(a).toBe(b)
  expect(told).toEqual([`${'x'.repeat(1000)}…`])
  const reserved = sites.reserve({ name: 'a secret' })
  sites.refine(reserved, { name: 'another secret' })
  expect(told.slice(1)).toEqual(['a …', 'another …'])
  expect(sites.intern({ name: 'another secret' })).toBe(reserved)
})
