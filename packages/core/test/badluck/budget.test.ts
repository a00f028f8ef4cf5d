import { expect, it } from 'vitest'
import { budgetRun } from './budget.ts'

it(
  'file and log stay within the budget while others read, however much is written, and the ledger is exact',
  { timeout: 60_000 },
  async () => {
    const maxBytes = 20_000_000
    const { most, pruned, questions, faults } = await budgetRun({ maxBytes, events: 1_500_000 })
    expect(faults).toEqual([])
    // freed pages are used again: twice the budget was written
    expect(pruned).toBeGreaterThan(500_000)
    expect(most.file).toBeGreaterThan(maxBytes / 2)
    expect(most.log).toBeGreaterThan(0)
    expect(questions).toBeGreaterThan(10)
  },
)
