/** Loads a config file. Imported only where there is one, and imports nothing of this package: it is a bundle of its own. */

import { statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { CinescopeError } from '@cinescope/protocol'

/** A module that awaits something that never comes must not keep the program from starting. */
const LOAD_TIMEOUT_MS = 5000
const MOST_BYTES = 1_048_576

/** What it holds, an object. `extensions` are those that can be loaded. @throws CSC_ERR_CONFIG */
export async function loadConfigFile(path: string, extensions: readonly string[]): Promise<object> {
  refuseOther(path, extensions)
  const value = extname(path) === '.json' ? await parsed(path) : defaultOf(await loaded(path), path)
  if (isPlain(value)) return value
  const what = extname(path) === '.json' ? 'as its value' : 'as its default export'
  throw unreadable(path, `has ${kindOf(value)} ${what}; it must be an object of options`)
}

function refuseOther(path: string, extensions: readonly string[]): void {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined) throw unreadable(path, 'does not exist')
  if (found.isDirectory()) throw unreadable(path, 'is a directory')
  // reading a pipe may never end, nor a device
  if (!found.isFile()) throw unreadable(path, 'is no file')
  if (found.size > MOST_BYTES) throw unreadable(path, `has ${found.size} bytes; it may have ${MOST_BYTES}`)
  if (!extensions.includes(extname(path))) throw unreadable(path, `must end in ${extensions.join(', ')}`)
}

async function parsed(path: string): Promise<unknown> {
  try {
    return JSON.parse((await readFile(path, 'utf8')).replace(/^\uFEFF/, ''))
  } catch (cause) {
    throw cause instanceof SyntaxError
      ? unreadable(path, `is not JSON: ${cause.message}`, cause)
      : notLoaded(path, cause)
  }
}

/** The default export, also of what was compiled from an ES module to CommonJS. */
function defaultOf(module: object, path: string): unknown {
  if (!('default' in module)) throw unreadable(path, 'has no default export; it must have `export default { ... }`')
  const inner = module.default
  return isPlain(inner) && '__esModule' in inner && 'default' in inner ? inner.default : inner
}

async function loaded(path: string): Promise<object> {
  const timeout = new AbortController()
  const tooLong = sleep(LOAD_TIMEOUT_MS, undefined, { signal: timeout.signal }).then(() => undefined)
  // what ends it first is not of interest
  tooLong.catch(() => undefined)
  try {
    const module = await Promise.race([import(pathToFileURL(path).href) as Promise<object>, tooLong])
    if (module !== undefined) return module
  } catch (cause) {
    throw notLoaded(path, cause)
  } finally {
    timeout.abort()
  }
  throw unreadable(path, `was not loaded after ${LOAD_TIMEOUT_MS / 1000} s: it awaits something that does not come`)
}

function notLoaded(path: string, cause: unknown): CinescopeError {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  if (code === 'ERR_UNKNOWN_FILE_EXTENSION' && extname(path) === '.ts') {
    const remedy = 'write it in JavaScript or JSON, or use Node 22.18 or newer'
    return unreadable(path, `cannot be loaded: Node ${process.versions.node} runs no TypeScript here; ${remedy}`, cause)
  }
  const line = lineIn(path, cause)
  const where = line === undefined ? '' : ` in line ${line}`
  const check = cause instanceof SyntaxError && line === undefined ? `; \`node --check ${path}\` tells the line` : ''
  const what = cause instanceof Error ? `${cause.name}: ${cause.message.slice(0, 300)}` : 'it threw no error'
  return unreadable(path, `cannot be loaded${where}: ${what}${check}`, cause)
}

/** Where it was thrown. */
function lineIn(path: string, cause: unknown): string | undefined {
  const stack = cause instanceof Error ? (cause.stack ?? '') : ''
  const places = [pathToFileURL(path).href, path].map((place) => stack.indexOf(`${place}:`) + place.length + 1)
  const at = places.find((place) => /\d/.test(stack.charAt(place)))
  return at === undefined ? undefined : /^\d+/.exec(stack.slice(at))?.[0]
}

/** An object literal, of whatever realm. */
function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

function kindOf(value: unknown): string {
  if (value === undefined || value === null) return String(value)
  if (typeof value !== 'object') return `a ${typeof value}`
  return Array.isArray(value) ? 'a list' : 'an object of a class'
}

/** One line, whatever the cause has. */
function unreadable(path: string, why: string, cause?: unknown): CinescopeError {
  const remedy = 'Correct it, or set CINESCOPE_CONFIG=false to go without'
  const message = `the config file ${path} ${why}. ${remedy}`.replaceAll(/\s*\n\s*/g, ' ')
  return new CinescopeError('CSC_ERR_CONFIG', message, { cause })
}
