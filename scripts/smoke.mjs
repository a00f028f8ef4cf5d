/**
 * Tries the packed packages as a user gets them: `npm run smoke`.
 *
 * Installs the tarballs and Express into an empty project, then on each Node of scripts/matrix records a server
 * there and reads its films through the packed command. Plain JavaScript, nothing of the sources is imported.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { npm } from './npm.ts'
import { packAll } from './tarballs.ts'

const here = import.meta.dirname
const SERVER = 'server.mjs'
const THREAD = 'thread.mjs'
const PROGRAM = 'program.mjs'
/** Requests that the server makes to itself: three good ones, one that fails, one that is not there. */
const PATHS = ['/orders/1', '/orders/2', '/orders/3', '/fails', '/nowhere']

const project = mkdtempSync(join(tmpdir(), 'cinescope-smoke-'))
try {
  install()
  const results = nodes().map((node) => tryOn(node))
  process.exitCode = results.length > 0 && results.every(Boolean) ? 0 : 1
} finally {
  rmSync(project, { recursive: true, force: true })
}

/** The matrix's locked dependencies, and the tarballs on top of them. */
function install() {
  for (const name of ['package.json', 'package-lock.json', '.npmrc'])
    cpSync(join(here, 'matrix', name), join(project, name))
  npm(['ci', '--loglevel=error'], { cwd: project })
  const tarballs = packAll(join(project, 'tarballs')).map(({ tarball }) => tarball)
  npm(['install', '--no-save', '--loglevel=error', ...tarballs], { cwd: project })
  for (const name of [SERVER, THREAD, PROGRAM]) cpSync(join(here, 'matrix', name), join(project, name))
}

function nodes() {
  const suffix = `-${process.platform}-${process.arch}`
  const found = readdirSync(join(project, 'node_modules'))
    .filter((name) => /^node\d+/.test(name) && name.endsWith(suffix))
    .map((name) => join(project, 'node_modules', name, 'bin', 'node'))
  if (found.length === 0) console.error(`smoke: scripts/matrix has no Node for ${process.platform}-${process.arch}`)
  return found
}

function tryOn(node) {
  const version = run(node, ['--version']).stdout.trim()
  const directory = join(project, `recording-${version}`)
  const problem = record(node, directory) ?? readBack(node, directory) ?? runs(node, version)
  console.log(`smoke ${version}: ${problem === undefined ? `ok, ${PATHS.length} films` : `FAILED, ${problem}`}`)
  return problem === undefined
}

/** Runs the server; undefined when it ended well and left one recording. */
function record(node, directory) {
  const { status, stderr } = run(node, [SERVER, directory, ...PATHS])
  if (status !== 0) return `the server ended with ${status}: ${stderr.trim()}`
  if (stderr !== '') return `the server wrote to stderr: ${stderr.trim()}`
  if (!existsSync(directory)) return 'there is no recording'
  const files = readdirSync(directory).filter((name) => name.endsWith('.cine'))
  return files.length === 1 ? undefined : `expected one recording, found: ${readdirSync(directory).join(' ')}`
}

/** Reads the films through the packed command; undefined when each request is one film. */
function readBack(node, directory) {
  const { status, stdout, stderr } = run(node, [command(), 'films', '--json', directory])
  if (status !== 0) return `cinescope films ended with ${status}: ${stderr.trim()}`
  let answer
  try {
    answer = JSON.parse(stdout)
  } catch (error) {
    return `cinescope films printed no JSON (${error.message}): ${stdout.slice(0, 200)}`
  }
  // the program calls itself: what it sent is recorded as well as what it served
  const all = Array.isArray(answer) ? answer : answer.films
  const names = ['work of a thread', 'message from the parent thread', 'message from a thread']
  for (const wanted of names) {
    if (!all?.some(({ name }) => name === wanted)) return `no film '${wanted}': ${stdout.slice(0, 500)}`
  }
  const films = all.filter(({ kind }) => kind === 'request')
  if (films.length !== PATHS.length)
    return `expected ${PATHS.length} films, read ${films.length}: ${stdout.slice(0, 500)}`
  return JSON.stringify(films).includes('/orders/:id')
    ? undefined
    : `no film has the route /orders/:id: ${stdout.slice(0, 500)}`
}

/** Runs a program through the packed command; undefined when it did what it does, and was recorded. */
function runs(node, version) {
  const directory = join(project, `run-${version}`)
  const { status, stdout, stderr } = run(node, [command(), 'run', '--directory', directory, PROGRAM])
  if (status !== 0 || stdout !== 'hello\n')
    return `cinescope run ended with ${status}: ${stdout.trim()} ${stderr.trim()}`
  return existsSync(directory) ? undefined : 'cinescope run left no recording'
}

/** Path of the packed command. */
function command() {
  const manifest = JSON.parse(readFileSync(join(project, 'node_modules/@cinescope/cli/package.json'), 'utf8'))
  return join(project, 'node_modules/@cinescope/cli', manifest.bin.cinescope)
}

function run(node, args) {
  const env = { PATH: process.env.PATH, HOME: project }
  return spawnSync(node, args, { cwd: project, encoding: 'utf8', env, timeout: 60_000 })
}
