/** Starting our own worker threads, from sources and from the built package alike. */

import { type MessagePort, Worker } from 'node:worker_threads'

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
  const { NODE_OPTIONS: _dropped, ...env } = process.env
  const worker = new Worker(new URL(`../${name}.${isSource ? 'ts' : 'js'}`, import.meta.url), {
    workerData,
    transferList: [...transferList],
    execArgv: isSource ? ['--conditions=@cinescope/source'] : [],
    env,
    resourceLimits: LIMITS,
    name: `cinescope-${name}`,
    stdin: false,
  })
  worker.unref()
  return worker
}
