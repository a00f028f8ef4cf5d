/** Draining at the end of the process: in `exit`, and on signals that the host does not handle itself. */

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Runs `drain` when the process ends. Returns what takes the handlers off again. */
export function drainAtExit(drain: () => void, handleSignals: boolean): () => void {
  process.on('exit', drain)
  const offs = handleSignals ? SIGNALS.map((signal) => onUnhandledSignal(signal, drain)) : []
  return () => {
    process.off('exit', drain)
    for (const off of offs) off()
  }
}

/** Where the host has a handler of its own, now or later, the signal is the host's. Otherwise: drain, step aside, raise it again. */
function onUnhandledSignal(signal: NodeJS.Signals, drain: () => void): () => void {
  if (process.listenerCount(signal) > 0) return () => undefined
  const handler = (): void => {
    if (process.listenerCount(signal) > 1) return
    drain()
    process.off(signal, handler)
    process.kill(process.pid, signal)
  }
  process.on(signal, handler)
  return () => void process.off(signal, handler)
}
