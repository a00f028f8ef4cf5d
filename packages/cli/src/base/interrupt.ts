/** Ctrl-C for commands that go on until they are told to end, and for those that must not leave half a file. */

import { EXIT } from './exit-code.ts'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Aborted by SIGINT, SIGTERM and SIGHUP, once; a second one ends the process as if nobody listened. */
export function interrupted(): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController()
  const end = (signal: NodeJS.Signals): void => {
    stop()
    controller.abort(signal)
  }
  const stop = (): void => {
    for (const signal of SIGNALS) process.off(signal, end)
  }
  for (const signal of SIGNALS) process.on(signal, end)
  return { signal: controller.signal, [Symbol.dispose]: stop }
}

/** Ends a command that was told to, though nobody reads what it has printed: what waits for a reader is dropped. */
export function endThough(isWaiting: boolean, signal: AbortSignal): void {
  if (signal.aborted && isWaiting) process.exit(EXIT.ok)
}

/** Runs what writes a file; a signal ends it, and then the process as if nobody had listened. */
export async function unlessInterrupted<T>(write: (signal: AbortSignal) => Promise<T>): Promise<T> {
  using interrupt = interrupted()
  const { signal } = interrupt
  try {
    return await write(signal)
  } finally {
    // also where the file was whole by then
    if (signal.aborted) process.kill(process.pid, signal.reason as NodeJS.Signals)
  }
}
