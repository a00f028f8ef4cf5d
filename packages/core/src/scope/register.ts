/** Starting a scope before the program, and finding the adapters that are installed. */

import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { isMainThread } from 'node:worker_threads'
import type { Hook } from '@cinescope/protocol'
import type { ModuleHook } from '../adapter/module-hook.ts'
import { type ScopeOptions, type ScopeSettings, settleOptions } from '../base/scope-options.ts'
import { startScope } from '../scope.ts'
import { invitationHere, joinScope } from './join.ts'
import { registeredScope, registerScope } from './registered.ts'

/** What the preload is told by. */
type Environment = Readonly<Record<string, string | undefined>>

/** Adapters that hook a library by themselves, and what it is called. */
const ADAPTERS = [{ library: 'express', specifier: '@cinescope/express/hook' }] as const

/** Starts the scope of this process, once; `program` is the path of its main file. */
export async function register(environment: Environment, program: string | undefined): Promise<void> {
  if (registeredScope() !== undefined) return
  const settings = settleOptions(optionsOf(environment), environment, program)
  if (!settings.enabled) return
  if (!isMainThread) return registerHere(settings, program)
  const { moduleHooks, missing } = await findAdapters(program)
  const scope = await startScope(settings, { moduleHooks, known: missing })
  if (scope.isEnabled) registerScope(scope, settings.onInternalError)
}

/** In a thread of a recorded process; in one whose process is not, nothing is recorded. */
async function registerHere(settings: ScopeSettings, program: string | undefined): Promise<void> {
  const invitation = invitationHere()
  if (invitation === undefined) return
  const { moduleHooks } = await findAdapters(program)
  registerScope(joinScope(invitation, { own: {}, settled: settings, moduleHooks }), settings.onInternalError)
}

function optionsOf(environment: Environment): ScopeOptions {
  const directory = environment['CINESCOPE_DIRECTORY']
  const service = environment['CINESCOPE_SERVICE']
  return {
    // no adapter was mounted by hand, and one that is adds to what is recorded here
    sources: true,
    ...(directory === undefined ? {} : { directory }),
    ...(service === undefined ? {} : { service }),
  }
}

interface Found {
  readonly moduleHooks: readonly ModuleHook[]
  readonly missing: readonly Hook[]
}

async function findAdapters(program: string | undefined): Promise<Found> {
  const found = await Promise.all(ADAPTERS.map((adapter) => find(adapter, program)))
  return { moduleHooks: found.flatMap((each) => each.moduleHooks), missing: found.flatMap((each) => each.missing) }
}

async function find({ library, specifier }: (typeof ADAPTERS)[number], program: string | undefined): Promise<Found> {
  const file = resolveFrom(specifier, [import.meta.url, join(process.cwd(), 'package.json'), program])
  const name = specifier.slice(0, specifier.lastIndexOf('/'))
  if (file === undefined) {
    const remedy = `npm install ${name}, if the program uses ${library}`
    return {
      moduleHooks: [],
      missing: [{ name: library, state: 'absent', reason: `${name} is not installed`, remedy }],
    }
  }
  try {
    const adapter = (await import(pathToFileURL(file).href)) as { readonly moduleHooks: readonly ModuleHook[] }
    return { moduleHooks: adapter.moduleHooks, missing: [] }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.slice(0, 200) : 'it threw no error'
    const remedy = `install ${name} in the version of @cinescope/core`
    return { moduleHooks: [], missing: [{ name: library, state: 'failed', reason, remedy }] }
  }
}

/** The first place from where it can be had. */
function resolveFrom(specifier: string, places: readonly (string | undefined)[]): string | undefined {
  for (const place of places) {
    if (place === undefined) continue
    try {
      return createRequire(place).resolve(specifier)
    } catch {
      // not from there
    }
  }
  return undefined
}
