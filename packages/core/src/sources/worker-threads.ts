/** Threads that the program starts, from start to exit. */

import { channel } from 'node:diagnostics_channel'
import { Worker } from 'node:worker_threads'
import { putMethods } from '../adapter/carrier-methods.ts'
import { isOwnWorker } from '../base/own-worker.ts'
import type { Probe } from '../capture/probe.ts'
import { Attributes } from '../value/attributes.ts'
import { listen } from './channels.ts'
import { Lifetime } from './lifetime.ts'
import { guarded, toOwner } from './owner.ts'
import type { Source } from './source.ts'

const STARTED = ['thread.id', 'thread.name'] as const
const ENDED = ['thread.id', 'thread.exit.code'] as const

type Emit = (this: Worker, type: string | symbol, ...args: unknown[]) => boolean

interface Started {
  readonly probe: Probe
  readonly lifetime: Lifetime
  /** It is -1 once the thread has ended. */
  id: number
}

type Threads = WeakMap<object, Started>

/** See the file's first line. */
export const workerThreads: Source = {
  name: 'worker_threads',
  target: () => channel('worker_threads'),
  install(users) {
    const threads: Threads = new WeakMap()
    const stop = listen({
      worker_threads: toOwner(users, 'a thread', (probe, { worker }: { readonly worker: Worker }) =>
        started(probe, threads, worker),
      ),
    })
    const unpatch = putMethods(Worker.prototype, { emit: (below) => emitterOf(threads, below) })
    return () => {
      stop()
      unpatch()
    }
  },
}

/** It is published from inside its constructor: whether it is one of ours is known only after that. */
function started(probe: Probe, threads: Threads, worker: Worker): void {
  const { threadId } = worker
  const parent = probe.current()
  queueMicrotask(() => {
    if (isOwnWorker(worker)) return
    guarded(probe, 'a thread', () => {
      const born = (): void => {
        const lifetime = new Lifetime(probe, 'thread', 'new Worker')
        threads.set(worker, { probe, lifetime, id: threadId })
        const name = (worker as { readonly threadName?: string | null }).threadName
        lifetime.born({
          id: String(threadId),
          value: new Attributes(STARTED, [threadId, name ?? undefined]),
        })
      }
      if (parent === undefined) born()
      else probe.run(parent, born)
    })
  })
}

function emitterOf(threads: Threads, below: () => never): Emit {
  return function (this: Worker, type: string | symbol): boolean {
    if (type === 'exit' || type === 'error') heard(threads.get(this), type, arguments)
    return Reflect.apply((below() as { readonly emit: Emit }).emit, this, arguments) as boolean
  }
}

function heard(started: Started | undefined, type: string, args: IArguments): void {
  if (started === undefined) return
  const [, outcome] = args as unknown as readonly unknown[]
  if (type === 'error') return started.lifetime.failed(outcome)
  started.probe.onThreadEnd?.(started.id)
  const code = typeof outcome === 'number' ? outcome : 0
  started.lifetime.died(code, code !== 0, new Attributes(ENDED, [started.id, code]))
}
