/**
 * Cuts each joint of the chain in turn and expects the tests to go red: `npm run test:cuts [-- joint ...]`.
 *
 * Works on a copy in a temporary directory. Exits with 1 when a cut stays green, when its text is not in the source exactly
 * once any more, or when the tests are red without any cut.
 */
import { spawn, spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CUTS } from './cut-list.ts'
import type { Cut } from './cut-list/cut.ts'

/** What a run of tests said. */
interface Result {
  readonly failed: number
  readonly first: string
  readonly isRed: boolean
}

/** The whole of the tests without a cut, on a busy machine; the tests of one cut. */
const UNCUT_TIMEOUT_MS = 300_000
const CUT_TIMEOUT_MS = 60_000
/** How a suite begins to tell of a file that is no TypeScript. */
const UNPARSED = 'Transform failed'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
process.exitCode = await main(process.argv.slice(2))

async function main(joints: readonly string[]): Promise<number> {
  const cuts = CUTS.filter(({ joint }) => joints.length === 0 || joints.includes(joint))
  if (cuts.length === 0) {
    process.stderr.write(`cuts: no such joint; joints are ${[...new Set(CUTS.map(({ joint }) => joint))].join(', ')}\n`)
    return 2
  }
  const copy = mkdtempSync(join(tmpdir(), 'cinescope-cuts-'))
  try {
    copyRepository(copy)
    return await cutAll(cuts, copy)
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}

async function cutAll(cuts: readonly Cut[], copy: string): Promise<number> {
  const uncut = await runTests(copy, [...new Set(cuts.flatMap(({ tests }) => tests))], UNCUT_TIMEOUT_MS)
  if (uncut.isRed) {
    process.stderr.write(`cuts: red without a cut: ${uncut.first}\n`)
    return 1
  }
  process.stdout.write('joint     | cut | failed, first | verdict\n')
  let bad = 0
  for (const cut of cuts) {
    const verdict = await cutOne(cut, copy)
    if (!verdict.isCaught) bad++
    process.stdout.write(
      `${cut.joint.padEnd(9)} | ${cut.what} | ${verdict.text} | ${verdict.isCaught ? 'red, as it must' : 'NOT CAUGHT'}\n`,
    )
  }
  process.stdout.write(`cuts: ${cuts.length - bad} of ${cuts.length} noticed\n`)
  return bad === 0 ? 0 : 1
}

async function cutOne(cut: Cut, copy: string): Promise<{ readonly text: string; readonly isCaught: boolean }> {
  const path = join(copy, cut.file)
  const source = readFileSync(path, 'utf8')
  const times = source.split(cut.from).length - 1
  if (times !== 1) return { text: `its text is in ${cut.file} ${times} times`, isCaught: false }
  writeFileSync(
    path,
    source.replace(cut.from, () => cut.to),
  )
  try {
    const { failed, first, isRed } = await runTests(copy, cut.tests, CUT_TIMEOUT_MS)
    // what does not parse was never run
    return { text: `${failed}, ${first}`, isCaught: isRed && !(failed === 0 && first.startsWith(UNPARSED)) }
  } finally {
    writeFileSync(path, source)
  }
}

/** All files that git knows or would take, and a node_modules whose own packages are the copy's. */
function copyRepository(copy: string): void {
  const listed = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  })
  if (listed.status !== 0) throw new Error(`git ls-files failed: ${listed.stderr}`)
  for (const file of listed.stdout.split('\0')) {
    if (file === '' || !existsSync(join(root, file))) continue
    mkdirSync(dirname(join(copy, file)), { recursive: true })
    cpSync(join(root, file), join(copy, file))
  }
  const modules = join(copy, 'node_modules')
  mkdirSync(modules)
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (name !== '@cinescope') symlinkSync(join(root, 'node_modules', name), join(modules, name))
  }
  // links of workspaces are relative, so that copies of them lead to the copies
  cpSync(join(root, 'node_modules/@cinescope'), join(modules, '@cinescope'), {
    recursive: true,
    verbatimSymlinks: true,
  })
}

/** Runs test files until one fails. A run that dies or hangs is red too. */
async function runTests(copy: string, tests: readonly string[], timeoutMs: number): Promise<Result> {
  const report = join(copy, 'report.json')
  rmSync(report, { force: true })
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  const args = [vitest, 'run', '--bail', '1', '--testTimeout', '15000', '--reporter=json', `--outputFile=${report}`]
  const child = spawn(process.execPath, [...args, ...tests], {
    cwd: copy,
    stdio: 'ignore',
    env: { ...process.env, CI: '1' },
  })
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs)
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  clearTimeout(timer)
  return resultOf(report, code)
}

interface Report {
  readonly testResults: readonly {
    readonly name: string
    readonly message: string
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[]
  }[]
}

function resultOf(report: string, code: number | null): Result {
  if (!existsSync(report)) return { failed: 0, first: `the run ended with ${code} and told nothing`, isRed: code !== 0 }
  const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as Report
  const failures = testResults.flatMap(({ assertionResults }) =>
    assertionResults.filter(({ status }) => status === 'failed'),
  )
  const broken = testResults.find(({ message }) => message !== '')
  const first = failures[0]?.fullName ?? broken?.message.slice(0, 80) ?? 'none'
  return { failed: failures.length, first: first.trim(), isRed: code !== 0 }
}
