/**
 * Bad luck by the hundred: `npm run torture -- [--runs N] [--seed N] [kill] [flips]`; all by default, 200 runs of each.
 *
 * Prints one verdict line a run and a summary; exits with 1 if any run failed. The same code runs a few times in `npm test`.
 */
import { parseArgs } from 'node:util'
import { chance } from '../packages/core/test/badluck/chance.ts'
import { flipRun } from '../packages/core/test/badluck/flips.ts'
import { type KillMode, killOnce, verdictLine } from '../packages/core/test/badluck/kill.ts'

/** One run: a line to print, and whether it went as it must. */
interface Run {
  readonly line: string
  readonly isOk: boolean
}

const MODES: readonly KillMode[] = ['steady', 'blocked', 'pruned', 'steady']
const LONGEST_LIFE_MS = 2500

const TORTURES: Readonly<Record<string, (run: number, random: () => number) => Promise<Run>>> = {
  /** kill -9 at a random moment of a program under load. */
  kill: async (run, random) => {
    const verdict = await killOnce(MODES[run % MODES.length]!, random() * LONGEST_LIFE_MS)
    return { line: verdictLine(verdict), isOk: verdict.faults.length === 0 }
  },
  /** Random bytes of a recording overwritten, read in a process of its own. */
  flips: async (_run, random) => {
    const { line, faults } = await flipRun(Math.floor(random() * 2 ** 32), 100)
    return { line, isOk: faults.length === 0 }
  },
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 32) },
  },
})
process.exitCode = await main(positionals.length === 0 ? Object.keys(TORTURES) : positionals)

async function main(names: readonly string[]): Promise<number> {
  const runs = Number(values.runs)
  const unknown = names.filter((name) => TORTURES[name] === undefined)
  if (unknown.length > 0 || !Number.isInteger(runs) || runs < 1) {
    process.stderr.write(`torture: no such torture or count: ${[...unknown, values.runs].join(', ')}\n`)
    process.stderr.write(`usage: npm run torture -- [--runs N] [--seed N] [${Object.keys(TORTURES).join('] [')}]\n`)
    return 2
  }
  process.stdout.write(`torture: seed ${values.seed}\n`)
  let failed = 0
  for (const name of names) failed += await torture(name, runs)
  return failed === 0 ? 0 : 1
}

async function torture(name: string, runs: number): Promise<number> {
  const random = chance(Number(values.seed))
  let failed = 0
  for (let run = 0; run < runs; run++) {
    const { line, isOk } = await once(name, run, random)
    if (!isOk) failed++
    process.stdout.write(`${name} ${String(run + 1).padStart(String(runs).length)}/${runs} ${line}\n`)
  }
  process.stdout.write(`${name}: ${runs - failed} of ${runs} runs ok\n`)
  return failed
}

/** A run that throws has failed like any other. */
async function once(name: string, run: number, random: () => number): Promise<Run> {
  try {
    // main has checked the name
    return await TORTURES[name]!(run, random)
  } catch (thrown) {
    return { line: `FAIL  ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}`, isOk: false }
  }
}
