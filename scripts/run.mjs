/**
 * Runs a tool of this repository on the Node that npm brought with it: `node scripts/run.mjs <tool> [args...]`.
 *
 * Every npm script enters here, on whatever Node the machine has (20.20 or newer), with or without node_modules.
 * The tool is `node` or the name of a package's command. Plain JavaScript, no dependency.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Oldest Node that can stand in when no binary comes by npm; the `engines` of the published packages. */
const OLDEST_HOST = [22, 15]
/** Commands whose package has another name. */
const PACKAGE_OF = { tsc: 'typescript', attw: '@arethetypeswrong/cli' }

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const modules = join(root, 'node_modules')
const platform = `${process.platform}-${process.arch}`

const [tool, ...args] = process.argv.slice(2)
if (tool === undefined) fail('usage: node scripts/run.mjs <tool> [args...]')
if (!isInstalled()) install()
run(findNode(), tool === 'node' ? args : [commandOf(tool), ...args])

/** True when node_modules holds exactly what the lockfile names, whoever installed it. */
function isInstalled() {
  const wanted = readJson(join(root, 'package-lock.json'))?.packages
  const present = readJson(join(modules, '.package-lock.json'))?.packages
  if (wanted === undefined) fail('package-lock.json is missing or unreadable')
  if (present === undefined) return false
  // npm passes over an optional download that fails; without this one, try again.
  if (wanted[`node_modules/node24-${platform}`] !== undefined && broughtNode() === undefined) return false
  return Object.entries(wanted).every(([path, entry]) => {
    if (!path.includes('node_modules/')) return true
    const found = present[path]
    if (found === undefined) return entry.optional === true || entry.devOptional === true || entry.peer === true
    return found.version === entry.version && found.integrity === entry.integrity && found.link === entry.link
  })
}

function install() {
  process.stderr.write('cinescope: installing dependencies and Node 24 with npm ci (once, about a minute) ...\n')
  const [command, ...first] = npmCommand()
  const result = spawnSync(command, [...first, 'ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    shell: process.platform === 'win32' && first.length === 0,
  })
  if (result.error === undefined && result.status === 0) return
  process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? ''}`)
  const reason = result.error?.message ?? `exit status ${result.status ?? result.signal}`
  fail(`npm ci failed (${reason}). Its output is above; check the network and the registry, then run this again.`)
}

/** The npm that started us, on the Node it was started with: that one lies outside the tree which `npm ci` deletes. */
function npmCommand() {
  const { npm_execpath: npm, npm_node_execpath: node } = process.env
  if (npm !== undefined && node !== undefined && !node.startsWith(modules) && /npm-cli\.c?js$/.test(npm)) {
    return [node, npm]
  }
  return ['npm']
}

/** Absolute path of the Node to use, so that no shell's memory of an older one matters. */
function findNode() {
  const brought = broughtNode()
  if (brought !== undefined) {
    const works = process.execPath === brought || spawnSync(brought, ['--version'], { stdio: 'ignore' }).status === 0
    if (works) return brought
  }
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > OLDEST_HOST[0] || (major === OLDEST_HOST[0] && minor >= OLDEST_HOST[1])) return process.execPath
  return fail(
    `npm brought no Node 24 that runs on ${platform}, and this Node is ${process.versions.node}. ` +
      `Install Node ${OLDEST_HOST.join('.')} or newer (24 is best), then run this again.`,
  )
}

function broughtNode() {
  const names = process.platform === 'win32' ? ['bin/node.exe', 'node.exe'] : ['bin/node']
  return names.map((name) => join(modules, `node24-${platform}`, name)).find((path) => existsSync(path))
}

/** The JavaScript file behind a package's command. */
function commandOf(name) {
  const directory = join(modules, PACKAGE_OF[name] ?? name)
  const bin = readJson(join(directory, 'package.json'))?.bin
  const file = typeof bin === 'string' ? bin : bin?.[name]
  if (file === undefined) fail(`no installed package has the command "${name}"`)
  return join(directory, file)
}

function run(node, argv) {
  const path = [dirname(node), join(modules, '.bin'), process.env.PATH].filter(Boolean).join(delimiter)
  const child = spawn(node, argv, { stdio: 'inherit', env: { ...process.env, PATH: path, npm_node_execpath: node } })
  // A terminal sends SIGINT to the whole group, the child has it already; other signals are sent on.
  const forward = (signal) => {
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
  }
  const signals = process.platform === 'win32' ? ['SIGINT', 'SIGTERM'] : ['SIGINT', 'SIGTERM', 'SIGHUP']
  for (const signal of signals) process.on(signal, forward)
  child.on('error', (error) => fail(`cannot start ${node}: ${error.message}`))
  child.on('exit', (code, signal) => {
    for (const each of signals) process.off(each, forward)
    if (signal === null) process.exit(code)
    process.kill(process.pid, signal)
    // Reached only where the signal does not end us.
    process.exit(128 + (constants.signals[signal] ?? 0))
  })
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}

function fail(message) {
  process.stderr.write(`cinescope: ${message}\n`)
  process.exit(1)
}
