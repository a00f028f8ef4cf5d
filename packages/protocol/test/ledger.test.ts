import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Kind, KINDS, LEDGER_REASONS, type LedgerRow, sumLedger } from '../src/index.ts'

const row: fc.Arbitrary<LedgerRow> = fc.record({
  reason: fc.constantFrom(...LEDGER_REASONS),
  kind: fc.constantFrom(...(Object.keys(KINDS) as Kind[]), 'unknown' as const),
  count: fc.nat(),
})

describe('the ledger', () => {
  it('adds up: produced is everything stored, pruned, dropped, sampled out, not kept and pending', () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 30 }), fc.nat(), (rows, pending) => {
        const ledger = sumLedger(rows, 'open', pending)
        const of = (reason: string): number =>
          rows.filter((each) => each.reason === reason).reduce((sum, each) => sum + each.count, 0)
        expect(ledger.produced).toBe(
          ledger.stored +
            ledger.pruned +
            ledger.dropped +
            ledger.sampledOut +
            ledger.notKept +
            ledger.notExtracted +
            ledger.pending,
        )
        expect(ledger).toMatchObject({
          stored: of('stored'),
          pruned: of('pruned'),
          dropped: of('full') + of('overwritten') + of('corrupt'),
          sampledOut: of('sampledOut'),
          notKept: of('notKept'),
          notExtracted: of('notExtracted'),
          pending,
          rows,
        })
      }),
    )
  })

  it('of nothing is all zero', () => {
    expect(sumLedger([], 'complete', 0)).toEqual({
      produced: 0,
      stored: 0,
      pruned: 0,
      dropped: 0,
      sampledOut: 0,
      notKept: 0,
      notExtracted: 0,
      pending: 0,
      tail: 'complete',
      rows: [],
    })
  })
})
