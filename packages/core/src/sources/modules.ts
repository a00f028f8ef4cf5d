/** Hooks into libraries that publish nothing: what they export is changed once it is loaded, however it is loaded. */

import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join, resolve } from 'node:path'
import { CinescopeError, type Hook } from '@cinescope/protocol'
import type { ModuleHook } from '../adapter/module-hook.ts'
import type { Probe } from '../capture/probe.ts'
import { guarded } from './owner.ts'

interface Required {
  readonly id: string
  readonly parentFilename?: string
  readonly result?: unknown
}

const LOADED = 'tracing:module.require:end'

/**
 * Hooks what has been loaded, and what will be, until the scope stops; tells how each hook is. Node publishes every load of a
 * CommonJS file, those that ES modules import included; what a bundler has put into one file is loaded by nobody.
 */
export function hookModules(probe: Probe, hooks: readonly ModuleHook[], tell: (hook: Hook) => void): void {
  for (const hook of hooks) tell(notLoaded(hook))
  const stems = new Set(hooks.map(({ file }) => stemOf(file)))
  const hookFile = (file: string, exports: unknown): void => {
    for (const hook of hooks) {
      const found = packageOf(file, hook)
      if (found !== undefined) hookExports(probe, hook, { exports, version: found.version }, tell)
    }
  }
  const onLoaded = (message: unknown): void => {
    const { id, parentFilename, result } = message as Required
    // most loads are of files of other names
    if (typeof id !== 'string' || !stems.has(stemOf(id))) return
    guarded(probe, 'the load of a module', () =>
      hookFile(parentFilename === undefined ? id : resolve(dirname(parentFilename), id), result),
    )
  }
  subscribe(LOADED, onLoaded)
  probe.onStop(() => unsubscribe(LOADED, onLoaded))
  const { cache } = createRequire(import.meta.url)
  for (const [file, loaded] of Object.entries(cache))
    if (stems.has(stemOf(file)) && loaded?.loaded === true) hookFile(file, loaded.exports)
}

interface Package {
  readonly version: string | undefined
}

interface Loaded extends Package {
  readonly exports: unknown
}

function hookExports(probe: Probe, hook: ModuleHook, { exports, version }: Loaded, tell: (hook: Hook) => void): void {
  const known = version === undefined ? {} : { version }
  try {
    hook.install(exports, probe)
    tell({ name: hook.name, state: 'active', ...known })
  } catch (cause) {
    probe.report(new CinescopeError('CSC_ERR_CAPTURE', `${hook.name} could not be hooked`, { cause }))
    const reason = cause instanceof Error ? cause.message.slice(0, 200) : 'it threw no error'
    tell({ name: hook.name, state: 'failed', ...known, reason, remedy: 'report it, with this version' })
  }
}

function notLoaded({ name, library }: ModuleHook): Hook {
  return {
    name,
    state: 'absent',
    reason: `${library} has not been loaded as a package`,
    remedy: 'nothing, unless the program uses it: then a bundler has put it into another file; leave it external',
  }
}

/** A file's name without its extension, which `require` may leave out. */
function stemOf(file: string): string {
  return basename(file).replace(/\.[cm]?js$/, '')
}

/** The package that the file is one of, if it is the one to hook: what its manifest says, whatever its folder is called. */
function packageOf(file: string, hook: ModuleHook): Package | undefined {
  const path = file.replaceAll('\\', '/')
  const whole = path.endsWith('.js') ? path : `${path}.js`
  if (!whole.endsWith(`/${hook.file}`)) return undefined
  try {
    const manifest = readFileSync(join(whole.slice(0, -hook.file.length), 'package.json'), 'utf8')
    const { name, version } = JSON.parse(manifest) as { readonly name?: unknown; readonly version?: unknown }
    return name === hook.library
      ? { version: typeof version === 'string' ? version.slice(0, 40) : undefined }
      : undefined
  } catch {
    return undefined
  }
}
