/**
 * What Cinescope has to bear, for as long as it takes: `npm run torture -- [name…] [--quick] [--seed N] [--runs N] [--minutes N]`;
 * all of them by default. docs/torture.md tells what each does and what its verdict means.
 *
 * Each ends with a line `verdict: NAME passed|FAILED: figures`; exits with 1 if any failed. `--seed` repeats what chance did.
 */

import { parseArgs } from 'node:util'
import { budget } from './torture/budget.ts'
import { changes } from './torture/changes.ts'
import { flips } from './torture/flips.ts'
import { fuzz } from './torture/fuzz.ts'
import { kill } from './torture/kill.ts'
import { memory } from './torture/memory.ts'
import { soak } from './torture/soak.ts'
import { type Torture, verdictText } from './torture/torture.ts'

const TORTURES: readonly Torture[] = [kill, memory, soak, budget, changes, flips, fuzz]

const { values, positionals } = readArguments()
process.exitCode = await main(positionals)

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        quick: { type: 'boolean', default: false },
        runs: { type: 'string' },
        minutes: { type: 'string' },
        seed: { type: 'string', default: String(Date.now() % 2 ** 32) },
      },
    })
  } catch (thrown) {
    if (!(thrown instanceof TypeError)) throw thrown
    process.exit(usage([/'(.+?)'/.exec(thrown.message)?.[1] ?? thrown.message]))
  }
}

async function main(names: readonly string[]): Promise<number> {
  const wrong = names.filter((name) => !TORTURES.some((torture) => torture.name === name))
  for (const [option, text] of Object.entries({ runs: values.runs, minutes: values.minutes, seed: values.seed }))
    if (text !== undefined && !(Number(text) > 0)) wrong.push(`--${option} ${text}`)
  if (wrong.length > 0) return usage(wrong)
  process.stdout.write(`torture: seed ${values.seed}\n`)
  const called = TORTURES.filter(({ name }) => names.length === 0 || names.includes(name))
  let failed = 0
  for (const torture of called) if (!(await isPassed(torture))) failed++
  return failed === 0 ? 0 : 1
}

/** One that throws has failed like any other. */
async function isPassed({ name, run }: Torture): Promise<boolean> {
  const started = performance.now()
  const verdict = await run({
    seed: Number(values.seed),
    isQuick: values.quick,
    runs: optional(values.runs),
    minutes: optional(values.minutes),
    tell: (line) => void process.stdout.write(`${name}: ${line}\n`),
  }).catch((thrown: unknown) => ({
    figures: 'broken off',
    faults: [thrown instanceof Error ? (thrown.stack ?? thrown.message).replaceAll('\n', ' ') : String(thrown)],
  }))
  const seconds = Math.round((performance.now() - started) / 1000)
  process.stdout.write(`${verdictText(name, { ...verdict, figures: `${verdict.figures}; ${seconds} s` })}\n`)
  return verdict.faults.length === 0
}

function optional(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text)
}

function usage(wrong: readonly string[]): number {
  process.stderr.write(`torture: there is no ${wrong.join(', ')}\n`)
  process.stderr.write('usage: npm run torture -- [name…] [--quick] [--seed N] [--runs N] [--minutes N]\n')
  for (const { name, about } of TORTURES) process.stderr.write(`  ${name.padEnd(8)} ${about}\n`)
  return 2
}
