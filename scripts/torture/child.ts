/** Child processes that are asked one thing after another. */

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** A program of `programs/`; it is killed when it is disposed of. */
export interface Child extends AsyncDisposable {
  /** What it tells next; rejects when it ends before. */
  told(): Promise<unknown>
  /** Sends, and waits for what it tells next. */
  ask(message: string | number): Promise<unknown>
}

/** Starts `programs/<name>.ts`; `flags` are Node's own. */
export function startChild(name: string, args: readonly string[], flags: readonly string[] = []): Child {
  const child = fork(fileURLToPath(new URL(`programs/${name}.ts`, import.meta.url)), args, {
    execArgv: ['--conditions=@cinescope/source', ...flags],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const ended = once(child, 'exit')
  const told = (): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const refuse = (code: number | null, signal: string | null): void =>
        reject(new Error(`${name} ended with ${code ?? signal} before it answered`))
      child.once('exit', refuse)
      child.once('message', (message) => {
        child.off('exit', refuse)
        resolve(message)
      })
    })
  return {
    told,
    ask(message) {
      const answer = told()
      child.send(message)
      return answer
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
      await ended
    },
  }
}
