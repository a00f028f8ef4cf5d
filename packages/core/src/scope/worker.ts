/** Starting our own worker threads, from sources and from the built package alike. */

import { setFlagsFromString } from 'node:v8'
import { type MessagePort, Worker } from 'node:worker_threads'
import { markOwnWorker } from '../base/own-worker.ts'

/**
 * From sources a worker strips types with WebAssembly, and V8 13.6 aborts once in a while where two threads free the wrappers
 * of its imports (`Check failed: jit_page.has_value()`). Wrappers that are never compiled are never freed.
 */
export const NEVER_COMPILE_WRAPPERS = '--wasm-wrapper-tiering-budget=1000000000'

/** Memory limits of a worker of ours, in MB. */
const LIMITS = { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 256 }

/**
 * Starts `name` (a module beside the composition roots) as a worker that keeps nothing alive.
 * It gets none of the host's flags nor its NODE_OPTIONS: a preload would start a scope inside it.
 */
export function startWorker(
  name: 'writer' | 'reader-thread',
  workerData: unknown,
  transferList: readonly MessagePort[],
): Worker {
  const isSource = import.meta.url.endsWith('.ts')
  if (isSource) setFlagsFromString(NEVER_COMPILE_WRAPPERS)
  const { NODE_OPTIONS: _dropped, ...env } = process.env
  // beside this file in a bundle, above it where it is one of many
  const base = /\/scope\/worker\.[jt]s$/.test(import.meta.url) ? '..' : '.'
  const worker = new Worker(new URL(`${base}/${name}.${isSource ? 'ts' : 'js'}`, import.meta.url), {
    workerData,
    transferList: [...transferList],
    execArgv: isSource ? ['--conditions=@cinescope/source'] : [],
    env,
    resourceLimits: LIMITS,
    name: `cinescope-${name}`,
    stdin: false,
  })
  worker.unref()
  return markOwnWorker(worker)
}
