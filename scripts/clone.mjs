/**
 * Walks through the README as a newcomer does: `npm run check:clone`.
 *
 * Clones HEAD into an empty directory and runs there, on the machine's own Node and with an empty npm cache, the
 * commands of the README's first block; checks what they print, and how much was downloaded.
 */
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const MAX_DOWNLOAD_MB = 300
/** What the output of a command must hold. */
const EXPECTED = {
  'npm run demo': /^demo: ok, \d+ films, \d+ events = \d+ stored \+ \d+ not stored$/m,
  'npm test': /^[1-9]\d* passed, 0 failed(, \d+ skipped)?$/m,
}

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const place = mkdtempSync(join(tmpdir(), 'cinescope-clone-'))
const clone = join(place, 'cinescope')
const cache = join(place, 'npm-cache')
try {
  execFileSync('git', ['clone', '--quiet', '--no-local', root, clone], { stdio: 'inherit' })
  const commands = firstBlock(readFileSync(join(clone, 'README.md'), 'utf8'))
  const missing = Object.keys(EXPECTED).filter((command) => !commands.includes(command))
  if (missing.length > 0) throw new Error(`the README's first block lacks: ${missing.join(', ')}`)
  for (const command of commands) await walk(command)
  checkDownload()
  checkClean()
  console.log('clone: ok')
} catch (error) {
  console.error(`clone: ${error.message}`)
  process.exitCode = 1
} finally {
  rmSync(place, { recursive: true, force: true })
}

/** The commands of the first fenced block, without comments and prompts. */
function firstBlock(readme) {
  const block = /^```\w*\n([\s\S]*?)^```/m.exec(readme)?.[1] ?? ''
  const lines = block.split('\n').map((line) => line.replace(/#.*$/, '').replace(/^\$ /, '').trim())
  return lines.filter((line) => line !== '' && !/^(git clone|cd) /.test(line))
}

async function walk(command) {
  console.log(`clone: $ ${command}`)
  const began = Date.now()
  const { code, output } = await shell(command)
  if (code !== 0) throw new Error(`"${command}" ended with ${code}`)
  const expected = EXPECTED[command]
  if (expected !== undefined && !expected.test(output)) throw new Error(`"${command}" did not print ${expected}`)
  console.log(`clone: "${command}" took ${Math.round((Date.now() - began) / 1000)} s`)
}

/** Runs a command in the clone as a new shell would, and shows what it prints. */
function shell(command) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, {
      cwd: clone,
      env: freshEnvironment(),
      shell: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text
        process.stdout.write(text)
      })
    }
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, output }))
  })
}

/** The caller's environment without what npm and this repository added to it. */
function freshEnvironment() {
  const kept = Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_|INIT_CWD$|PATH$)/i.test(name))
  const path = (process.env.PATH ?? '').split(delimiter).filter((entry) => !entry.includes('node_modules'))
  return { ...Object.fromEntries(kept), PATH: path.join(delimiter), npm_config_cache: cache }
}

function checkDownload() {
  const files = readdirSync(cache, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const bytes = files.reduce((sum, entry) => sum + statSync(join(entry.parentPath ?? entry.path, entry.name)).size, 0)
  const megabytes = Math.round(bytes / 1e6)
  console.log(`clone: ${megabytes} MB downloaded`)
  if (megabytes > MAX_DOWNLOAD_MB) throw new Error(`more than ${MAX_DOWNLOAD_MB} MB were downloaded`)
}

/** The commands must leave nothing behind that git would see. */
function checkClean() {
  const changed = execFileSync('git', ['status', '--porcelain'], { cwd: clone, encoding: 'utf8' })
  if (changed !== '') throw new Error(`the commands changed the tree:\n${changed}`)
}
