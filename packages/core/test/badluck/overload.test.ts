import { describe, expect, it } from 'vitest'
import { openRecording } from '@cinescope/core/reader'
import type { OverloadReport } from './overload.ts'
import { runProgram, temporaryDirectory } from './programs.ts'
import { recount } from './recount.ts'

/** Stated bars: CPU of the app thread a request against recorded normal load, and memory. */
const MOST_CPU = 1.3
const MOST_RSS_MB = 64

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!
}

describe('ten times what the writer can take', () => {
  it.for(['drop', 'overwrite', 'grow'])(
    'costs the app thread no more, and is accounted for: %s',
    { timeout: 60_000 },
    async (strategy) => {
      await using directory = await temporaryDirectory()
      const { code, stdout, stderr } = await runProgram('overload', [directory.path, strategy], 60_000)
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      const report = JSON.parse(stdout) as OverloadReport
      const { produced, dropped } = report.overloaded
      expect(produced).toBeGreaterThan(10 * (produced - dropped))
      expect(report.faults).toEqual([])
      const ratios = report.overloadUs.map((us, round) => us / report.normalUs[round]!)
      expect(
        median(ratios),
        `µs a request, normal ${report.normalUs.join(' ')}, overload ${report.overloadUs.join(' ')}`,
      ).toBeLessThanOrEqual(MOST_CPU)
      expect(report.overloadRssMb - report.normalRssMb).toBeLessThanOrEqual(MOST_RSS_MB)
      await expectExact(report)
    },
  )
})

async function expectExact(report: OverloadReport): Promise<void> {
  const { flushed, offered } = report
  const total = Object.values(offered).reduce((sum, count) => sum + count, 0)
  expect(flushed).toMatchObject({ produced: total, pending: 0 })
  expect(flushed.stored + flushed.dropped).toBe(total)
  await using recording = openRecording(report.path)
  const { rows, ...ledger } = await recording.ledger()
  const counted = recount(report.path)
  expect(ledger).toMatchObject({ ...flushed, tail: 'complete', pruned: 0 })
  expect(counted).toMatchObject({ events: ledger.stored, missing: ledger.dropped, integrity: 'ok' })
  const gaps = await gapsOf(report.path)
  expect(gaps).toBe(ledger.dropped)
  // what was overwritten nobody has read, so its kind is unknown; what was refused has its kind
  for (const [kind, count] of Object.entries(offered)) {
    const known = rows.filter((row) => row.kind === kind).reduce((sum, row) => sum + row.count, 0)
    if (rows.some((row) => row.reason === 'overwritten')) expect(known).toBeLessThanOrEqual(count)
    else expect({ kind, count: known }).toEqual({ kind, count })
  }
}

/** Records that gap events of the recording tell of. */
async function gapsOf(path: string): Promise<number> {
  await using recording = openRecording(path)
  let missing = 0
  for await (const { value, number } of recording.stream({ where: { kinds: ['gap'] }, limit: 10_000 })) {
    expect(value).toMatchObject({ count: number, reason: expect.stringMatching(/^(full|overwritten)$/) })
    missing += number
  }
  return missing
}
