/** Starting a scope before the program, and finding the adapters that are installed. */

import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { isMainThread } from 'node:worker_threads'
import { CinescopeError, type Hook } from '@cinescope/protocol'
import type { ModuleHook } from '../adapter/module-hook.ts'
import { fromHere } from '../base/from-here.ts'
import { printFault, type ScopeSettings } from '../options/scope-options.ts'
import type { Environment } from '../config/environment.ts'
import { type Said, settle, type Settled, settleThread } from '../config/settle.ts'
import type { Invitation } from '../ingest/thread-contract.ts'
import { startScope } from '../scope.ts'
import { invitationHere, joinScope } from './join.ts'
import { registeredScope, registerScope } from './registered.ts'

/** Adapters that hook a library by themselves, and what it is called. */
const ADAPTERS = [{ library: 'express', specifier: '@cinescope/express/hook' }] as const

/** No adapter was mounted by hand, and one that is adds to what is recorded here. */
const START = { sources: true } as const

/** Starts the scope of this process, once; `program` is the path of its main file. What is said wrong keeps no program from running. */
export async function register(environment: Environment, program: string | undefined): Promise<void> {
  if (registeredScope() !== undefined) return
  const said: Said = { code: undefined, environment, program, start: START }
  const invitation = invitationHere()
  if (invitation !== undefined) return registerHere(invitation, said)
  // a thread whose process is not recorded
  if (!isMainThread) return
  const settled = await settledOrTold(() => settle(said))
  if (settled?.settings.enabled !== true) return
  const { settings, warning } = settled
  const { moduleHooks, missing } = await findAdapters(program)
  const scope = await startScope(settings, { moduleHooks, known: missing, warning })
  if (scope.isEnabled) registerScope(scope, settings.onInternalError)
}

/** In a thread of a recorded process. */
async function registerHere(invitation: Invitation, said: Said): Promise<void> {
  const settings = await settledOrTold(() => settleThread(invitation.settings, said))
  if (settings?.enabled !== true) return
  const { moduleHooks } = await findAdapters(said.program)
  registerScope(joinScope(invitation, settings, moduleHooks), settings.onInternalError)
}

async function settledOrTold<T extends Settled | ScopeSettings>(
  settling: () => T | Promise<T>,
): Promise<T | undefined> {
  try {
    return await settling()
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    const code = cause instanceof CinescopeError ? cause.code : 'CSC_ERR_START'
    printFault(new CinescopeError(code, `nothing is recorded, the program runs on: ${why}`, { cause }))
    return undefined
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
  const file = resolveFrom(specifier, [import.meta.url, fromHere('package.json'), program])
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
