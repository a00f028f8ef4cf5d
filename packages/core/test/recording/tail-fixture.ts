/** A process that is tailed, and what is made of its events. */

import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { CinescopeEvent } from '@cinescope/protocol'
import type { EventTail } from '../../src/recording/tail.ts'
import { startProgram } from '../badluck/programs.ts'

/** A running `tailed.ts`. */
export interface Tailed extends AsyncDisposable {
  readonly child: ChildProcess
  /** Records so many lines; resolves when they are in the recording. */
  lines(count: number): Promise<void>
  /** Stops its scope and waits for its end. */
  stop(): Promise<void>
  kill(): Promise<void>
}

/** Starts one; its recording is there when this resolves. */
export async function startTailed(directory: string, maxBytes?: number): Promise<Tailed> {
  const args = maxBytes === undefined ? [directory] : [directory, String(maxBytes)]
  const child = startProgram('tailed', args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const exit = once(child, 'exit')
  const tell = async (message: string): Promise<void> => {
    const told = once(child, 'message')
    child.send(message)
    await told
  }
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL')
    await exit
  }
  await once(child, 'message')
  return {
    child,
    lines: (count) => tell(String(count)),
    kill,
    async stop() {
      child.send('stop')
      await exit
    },
    [Symbol.asyncDispose]: kill,
  }
}

/** All that a tail gives until it ends. */
export async function all(tail: AsyncIterable<CinescopeEvent>): Promise<CinescopeEvent[]> {
  const events: CinescopeEvent[] = []
  for await (const event of tail) events.push(event)
  return events
}

/** The next events, so many. */
export async function some(tail: EventTail, count: number): Promise<CinescopeEvent[]> {
  const events: CinescopeEvent[] = []
  while (events.length < count) {
    const next = await tail.next()
    if (next.done === true) break
    events.push(next.value)
  }
  return events
}

/** Numbers of the lines among some events, in their order. */
export function linesOf(events: readonly CinescopeEvent[]): number[] {
  return events.flatMap(({ kind, value }) => (kind === 'log' ? [(value as { n: number }).n] : []))
}

/** 1 to `count`. */
export function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i + 1)
}
