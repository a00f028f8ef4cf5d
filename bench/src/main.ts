/** `npm run bench`: measures every row of the table of figures and says which bars hold. */

import { readFileSync, writeFileSync } from 'node:fs'
import { buildPackages } from './build.ts'
import { busyShare, refuseIfBusy } from './busy.ts'
import { type Run, writeDocs } from './docs.ts'
import { LOCK_PATH, takeLock } from './lock.ts'
import { describeMachine } from './machine.ts'
import { type BenchOptions, readOptions, USAGE } from './options.ts'
import { judge, type Row, type RowResult } from './row.ts'
import { budgetRow } from './rows/budget.ts'
import { governorRow } from './rows/governor.ts'
import { cpuRow, memoryRow, startupRow, stretchRow } from './rows/http.ts'
import { disabledRow, eventRow, spanRow, valuesRow } from './rows/micro.ts'
import { diffRow } from './rows/diff.ts'
import { exportRow } from './rows/export.ts'
import { fetchRow } from './rows/fetch.ts'
import { idleRow } from './rows/idle.ts'
import { aggRow, groupRow } from './rows/figures.ts'
import { tilesRow } from './rows/tiles.ts'
import { filmRow, rangeRow } from './rows/reading.ts'
import { selfCostRow } from './rows/self-cost.ts'
import { sizeRow } from './rows/size.ts'
import { patchRow, patchToldRow, stateAtRow, stateRatioRow, stepRow } from './rows/states.ts'
import { tailRow } from './rows/tail.ts'
import { textCommonRow, textRareRow } from './rows/text.ts'
import { writerRow } from './rows/writer.ts'
import { keepRow } from './rows/keep.ts'
import { cellsOf, figure, HEAD, textTable } from './table.ts'

const ROWS: readonly Row[] = [
  eventRow,
  spanRow,
  valuesRow,
  disabledRow,
  writerRow,
  keepRow,
  cpuRow,
  selfCostRow,
  budgetRow,
  governorRow,
  stretchRow,
  memoryRow,
  startupRow,
  fetchRow,
  idleRow,
  filmRow,
  rangeRow,
  aggRow,
  groupRow,
  tilesRow,
  textCommonRow,
  textRareRow,
  patchRow,
  patchToldRow,
  stateAtRow,
  stateRatioRow,
  stepRow,
  diffRow,
  tailRow,
  exportRow,
  sizeRow,
]
const IDS = ROWS.map((row) => row.id)

try {
  await main(readOptions(process.argv.slice(2), IDS))
} catch (thrown) {
  process.stderr.write(
    `bench: ${thrown instanceof Error ? thrown.message : String(thrown)}\n${thrown instanceof TypeError ? `${USAGE}\n` : ''}`,
  )
  process.exitCode = 1
}

async function main(options: BenchOptions): Promise<void> {
  const run =
    options.from === undefined ? await measure(options) : (JSON.parse(readFileSync(options.from, 'utf8')) as Run)
  console.log(textTable([HEAD, ...run.rows.map(cellsOf)]))
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(run, undefined, 2)}\n`)
  if (options.docs) writeDocs(run, IDS)
}

async function measure(options: BenchOptions): Promise<Run> {
  using _lock = takeLock(LOCK_PATH, process.pid)
  buildPackages()
  const busy = await busyShare()
  if (!options.force) refuseIfBusy(busy)
  const rows: RowResult[] = []
  for (const row of ROWS.filter(({ id }) => options.only?.includes(id) ?? true)) {
    const result = await runRow(row, options)
    if (result !== undefined) rows.push(result)
  }
  return { machine: describeMachine(busy), rows }
}

/** One row; undefined when it failed, which fails the run but not the other rows. */
async function runRow(row: Row, { rounds, force }: BenchOptions): Promise<RowResult | undefined> {
  const started = performance.now()
  process.stderr.write(`${row.id} `)
  try {
    const measured = await row.run({ rounds: rounds ?? row.rounds, progress: () => process.stderr.write('.') })
    const result = judge(row, measured, force)
    const details = Object.entries(result.details).map(
      ([name, value]) => `${name} ${typeof value === 'number' ? figure(value) : value}`,
    )
    process.stderr.write(
      ` ${figure(result.value)} ${row.unit}, ${result.holds}, ${Math.round((performance.now() - started) / 1000)} s\n  ${details.join(', ')}\n`,
    )
    return result
  } catch (thrown) {
    process.stderr.write(` failed: ${thrown instanceof Error ? thrown.message : String(thrown)}\n`)
    process.exitCode = 1
    return undefined
  }
}
