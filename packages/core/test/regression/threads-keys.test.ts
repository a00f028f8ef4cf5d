import { once } from 'node:events'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { Worker } from 'node:worker_threads'
import { expect, it } from 'vitest'
import { NEVER_COMPILE_WRAPPERS } from '../../src/scope/worker.ts'
import { temporaryDirectory } from '../store/directory.ts'

setFlagsFromString(NEVER_COMPILE_WRAPPERS)

it('the writer keeps no keys of values in memory: thousands of threads, one after another, tell of the same ones', async () => {
  using directory = temporaryDirectory()
  const worker = new Worker(new URL('./threads-keys.ts', import.meta.url), {
    workerData: join(directory.path, 'x.cine'),
    execArgv: ['--conditions=@cinescope/source'],
    resourceLimits: { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 24 },
  })
  expect(await once(worker, 'exit')).toEqual([0])
})
