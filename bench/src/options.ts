/** What `npm run bench -- ...` takes. */

import { parseArgs } from 'node:util'

/** Choices of a run. */
export interface BenchOptions {
  /** Ids of rows; undefined runs all. */
  readonly only: readonly string[] | undefined
  /** Where to write the rows as JSON. */
  readonly json: string | undefined
  /** Write docs/overhead.md and the README's table. */
  readonly docs: boolean
  /** Take the rows from this JSON instead of measuring. */
  readonly from: string | undefined
  /** Measure on a busy machine, with as many rounds as asked for; the rows say so. */
  readonly force: boolean
  readonly rounds: number | undefined
}

/** How it is used. */
export const USAGE = `usage: npm run bench -- [--only ID,...] [--json FILE] [--docs] [--from FILE] [--force [--rounds N]]

  --only    rows to measure, by id
  --json    writes { machine, rows } there
  --docs    writes docs/overhead.md and the README's table; all rows, none of them forced
  --from    takes the rows from a file that --json wrote, and measures nothing
  --force   measures on a busy machine too; such rows are marked and never documented
  --rounds  with --force: rounds of each row`

/** Reads the arguments. @throws Error with what is wrong */
export function readOptions(args: readonly string[], ids: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string' },
      json: { type: 'string' },
      docs: { type: 'boolean', default: false },
      from: { type: 'string' },
      force: { type: 'boolean', default: false },
      rounds: { type: 'string' },
    },
  })
  const only = values.only?.split(',').map((id) => id.trim())
  const unknown = only?.find((id) => !ids.includes(id))
  if (unknown !== undefined) throw new Error(`there is no row '${unknown}'; rows are ${ids.join(', ')}`)
  const rounds = values.rounds === undefined ? undefined : Number(values.rounds)
  if (rounds !== undefined && (!Number.isInteger(rounds) || rounds < 1))
    throw new Error(`--rounds is a whole number from 1, got '${values.rounds}'`)
  if (rounds !== undefined && !values.force)
    throw new Error('--rounds goes with --force: figures to quote have the rounds of their definition')
  if (values.docs && values.force)
    throw new Error('--docs and --force exclude each other: forced figures are not documented')
  if (values.docs && only !== undefined) throw new Error('--docs needs all rows of one run')
  return { only, json: values.json, docs: values.docs, from: values.from, force: values.force, rounds }
}
