/** The recorded server as a process of its own. */

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'

/** A server that listens. */
export interface ServerProcess {
  readonly port: number
  /** File of its recording. */
  readonly path: string
  /** Ends it well; resolves to the number of events that its probes offered. */
  stop(): Promise<number>
  /** Ends it at once, if it still runs. */
  kill(): void
}

interface Message {
  readonly kind: string
  readonly port: number
  readonly path: string | undefined
  readonly produced: number
}

/** Starts the order service, recording into `directory`. */
export async function startServer(directory: string): Promise<ServerProcess> {
  const script = new URL('../server.ts', import.meta.url)
  const child = fork(script, ['--port', '0', '--directory', directory], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const { port, path } = await answerOf(child, 'listening')
  if (path === undefined) {
    child.kill('SIGKILL')
    throw new Error('the server records nothing; is CINESCOPE_DISABLED set?')
  }
  return {
    port,
    path,
    stop: async () => {
      const ended = once(child, 'exit')
      child.send('stop')
      const { produced } = await answerOf(child, 'stopped')
      const [code] = await ended
      if (code !== 0) throw new Error(`the server ended with ${String(code)}`)
      return produced
    },
    kill: () => child.kill('SIGKILL'),
  }
}

/** The next message of a kind; rejects if the process ends first. */
function answerOf(child: ChildProcess, kind: string): Promise<Message> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null): void => reject(new Error(`the server ended with ${String(code)}`))
    const onMessage = (message: unknown): void => {
      if ((message as Message).kind !== kind) return
      child.off('message', onMessage)
      child.off('exit', onExit)
      resolve(message as Message)
    }
    child.on('message', onMessage)
    child.once('exit', onExit)
  })
}
