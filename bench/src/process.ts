/** Fresh processes: one round of one arm each, without any flag of ours. */

import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** A process that answers questions until it is told to go. */
export interface Peer extends AsyncDisposable {
  /** Resolves with what the process reports by itself: a round's result, or that it is ready. */
  readonly reported: Promise<unknown>
  ask(question: string, details?: object): Promise<unknown>
}

/** What a process tells its parent. */
type Message = { readonly result: unknown } | { readonly answer: unknown; readonly id: number }

interface Waiting {
  resolve(value: unknown): void
  reject(error: Error): void
}

/** Runs a script of `child/` to its end and gives its report. `T` is what that script reports. */
export async function runRound<T>(script: string, input: object): Promise<T> {
  await using peer = startPeer(script, input)
  return (await peer.reported) as T
}

/** Starts a script of `child/`. It runs the built packages, as users do, and stops when it is disposed of. */
export function startPeer(script: string, input: object): Peer {
  const { NODE_OPTIONS: _ours, NODE_ENV: _any, ...env } = process.env
  const path = fileURLToPath(new URL(`child/${script}.ts`, import.meta.url))
  const child = fork(path, [JSON.stringify(input)], {
    execArgv: ['--expose-gc', '--disable-warning=ExperimentalWarning'],
    env,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    serialization: 'advanced',
  })
  return new ChildPeer(script, child)
}

class ChildPeer implements Peer {
  readonly reported: Promise<unknown>
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, Waiting>()
  readonly #ended: Promise<void>
  #questions = 0

  constructor(script: string, child: ChildProcess) {
    this.#child = child
    this.#ended = new Promise((resolve) => child.once('exit', () => resolve()))
    this.reported = new Promise((resolve, reject) => this.#waiting.set(0, { resolve, reject }))
    // whoever awaits it sees the rejection; nobody may
    this.reported.catch(() => undefined)
    child.on('message', (message: Message) => {
      if ('result' in message) this.#settle(0, message.result)
      else this.#settle(message.id, message.answer)
    })
    child.once('exit', (code, signal) => {
      const error = new Error(`${script} ended before it had answered (${signal ?? `exit status ${code}`})`)
      for (const { reject } of this.#waiting.values()) reject(error)
    })
  }

  ask(question: string, details: object = {}): Promise<unknown> {
    const id = ++this.#questions
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#child.send({ id, question, details })
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.connected) this.#child.disconnect()
    const kill = setTimeout(() => this.#child.kill('SIGKILL'), 10_000)
    await this.#ended
    clearTimeout(kill)
  }

  #settle(id: number, value: unknown): void {
    this.#waiting.get(id)?.resolve(value)
    this.#waiting.delete(id)
  }
}
