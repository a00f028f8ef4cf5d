import { describe, expect, test } from 'vitest'
import { fillTable, overheadPage } from '../src/docs.ts'
import { interleave, judge, type RowDefinition, verdictOf } from '../src/row.ts'
import { cellsOf, figure } from '../src/table.ts'

const atMost = { sense: 'at most', bar: 10 } as const
const atLeast = { sense: 'at least', bar: 10 } as const

describe('a verdict', () => {
  test('is yes up to the bar and no beyond it', () => {
    expect(verdictOf(atMost, 10, 0, true)).toBe('yes')
    expect(verdictOf(atMost, 10.01, 0, true)).toBe('no')
    expect(verdictOf(atLeast, 10, 0, true)).toBe('yes')
    expect(verdictOf(atLeast, 9.99, 0, true)).toBe('no')
  })

  test('is unresolved when the A/A spread is above half the bar', () => {
    expect(verdictOf(atMost, 1, 5, true)).toBe('yes')
    expect(verdictOf(atMost, 1, 5.01, true)).toBe('unresolved')
    expect(verdictOf(atMost, 1, Number.NaN, true)).toBe('unresolved')
    expect(verdictOf(atMost, Number.NaN, 0, true)).toBe('unresolved')
  })

  test('is that there is no bar where none is', () => {
    expect(verdictOf({ sense: 'at least', bar: undefined }, 0.6, 100, true)).toBe('no bar')
  })

  test('is no when the other condition fails', () => {
    expect(verdictOf(atMost, 1, 0, false)).toBe('no')
  })
})

test('arms are measured once a round, each round beginning with another one', async () => {
  const order: string[] = []
  const context = { rounds: 3, progress: () => undefined }
  const figures = await interleave(['a', 'b', 'c'], context, async (arm, round) => {
    order.push(arm)
    return round
  })
  expect(order.join('')).toBe('abcbcacab')
  expect(figures).toEqual({ a: [0, 1, 2], b: [0, 1, 2], c: [0, 1, 2] })
})

describe('documents', () => {
  const definition: RowDefinition = {
    id: 'event',
    definition: 'a ÷ b',
    unit: '×',
    sense: 'at most',
    bar: 1.5,
    reach: 1.15,
    method: 'As said.',
    rounds: 3,
  }
  const row = judge(
    definition,
    { values: [1.2, 1.3, 1.4], nulls: [0.01, 0, -0.01], details: { 'clock ns': 40.123 } },
    false,
  )

  test('show what was measured, with bar, n, spread and the A/A row', () => {
    expect(cellsOf(row)).toEqual(['event', '1.3', '×', '≤ 1.5', '1.15', 'yes', '3', '0.1', '0.01', 'a ÷ b'])
    const told = judge(
      { ...definition, bar: undefined, reach: undefined },
      { values: [1], nulls: [0], details: {} },
      false,
    )
    expect(cellsOf(told).slice(3, 6)).toEqual(['–', '–', 'no bar'])
    const page = overheadPage({
      machine: {
        cpu: 'A CPU',
        cores: 2,
        memoryGb: 4,
        system: 'Linux 6 x64',
        node: 'v24.0.0',
        versions: { express: '5.0.0' },
        busyPercent: 1,
      },
      rows: [row],
    })
    expect(page).toContain('| `event` | a ÷ b | 1.3 | × | ≤ 1.5 | 1.15 | yes | 3 | 0.1 | 0.01 |')
    expect(page).toContain('A CPU, 2 cores, 4 GB, Linux 6 x64, Node 24.0.0; express 5.0.0.')
    expect(page).toContain('clock ns: 40.1.')
  })

  test('keep everything outside the markers', () => {
    const readme = 'before\n<!-- bench:begin -->\nold\n<!-- bench:end -->\nafter\n'
    expect(fillTable(readme, 'new')).toBe('before\n<!-- bench:begin -->\nnew\n<!-- bench:end -->\nafter\n')
    expect(fillTable('no markers', 'new')).toBeUndefined()
  })

  test('round figures to what is known of them', () => {
    expect([1_234_567, 812.4, 0.012345, 0].map(figure)).toEqual(['1,230,000', '812', '0.0123', '0'])
  })
})
