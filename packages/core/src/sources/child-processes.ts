/** Child processes: what was run, and how it ended. */

import { ChildProcess } from 'node:child_process'
import { channel } from 'node:diagnostics_channel'
import { putMethods } from '../adapter/carrier-methods.ts'
import type { Probe } from '../capture/probe.ts'
import { Attributes } from '../value/attributes.ts'
import { listen } from './channels.ts'
import { Lifetime } from './lifetime.ts'
import { guarded, toOwner } from './owner.ts'
import type { Source } from './source.ts'

const STARTED = ['process.command', 'process.command_args', 'process.pid'] as const
const ENDED = ['process.command', 'process.exit.code', 'process.exit.signal'] as const

type Emit = (this: ChildProcess, type: string | symbol, ...args: unknown[]) => boolean
type Lifetimes = WeakMap<object, Lifetime>

/** See the file's first line. Those that block until their child has ended (`spawnSync` and its kin) tell nobody. */
export const childProcesses: Source = {
  name: 'child_process',
  target: () => channel('child_process'),
  install(users) {
    const lifetimes: Lifetimes = new WeakMap()
    const stop = listen({
      child_process: toOwner(users, 'a child process', (probe, { process }: { readonly process: ChildProcess }) =>
        started(probe, lifetimes, process),
      ),
    })
    const unpatch = putMethods(ChildProcess.prototype, { emit: (below) => emitterOf(lifetimes, below) })
    return () => {
      stop()
      unpatch()
    }
  },
}

/** It is published while it is being made: what it runs is known only then. */
function started(probe: Probe, lifetimes: Lifetimes, child: ChildProcess): void {
  const lifetime = new Lifetime(probe, 'process', 'child_process.spawn')
  lifetimes.set(child, lifetime)
  queueMicrotask(() =>
    guarded(probe, 'a child process', () => {
      const { pid, spawnfile, spawnargs } = child
      // what spawn throws is told by no event; all that could be told of it has been by the next turn
      if (pid === undefined) {
        setImmediate(() => gaveUp(probe, lifetime, child)).unref()
        return
      }
      const value = new Attributes(STARTED, [spawnfile, spawnargs.slice(1), pid])
      lifetime.born({ id: String(pid), value })
    }),
  )
}

function gaveUp(probe: Probe, lifetime: Lifetime, { spawnfile }: ChildProcess): void {
  guarded(probe, 'a child process', () =>
    lifetime.died(0, true, new Attributes(ENDED, [spawnfile, undefined, undefined])),
  )
}

function emitterOf(lifetimes: Lifetimes, below: () => never): Emit {
  return function (this: ChildProcess, type: string | symbol): boolean {
    if (type === 'exit' || type === 'error') heard(lifetimes.get(this), this, type, arguments)
    return Reflect.apply((below() as { readonly emit: Emit }).emit, this, arguments) as boolean
  }
}

function heard(lifetime: Lifetime | undefined, child: ChildProcess, type: string, args: IArguments): void {
  if (lifetime === undefined) return
  const { spawnfile, pid } = child
  const [, first, second] = args as unknown as readonly unknown[]
  if (type === 'error') {
    lifetime.failed(first)
    if (pid === undefined) lifetime.died(0, true, new Attributes(ENDED, [spawnfile, undefined, undefined]))
  } else {
    const code = typeof first === 'number' ? first : undefined
    lifetime.died(code ?? 0, code !== 0, new Attributes(ENDED, [spawnfile, code, second ?? undefined]))
  }
}
