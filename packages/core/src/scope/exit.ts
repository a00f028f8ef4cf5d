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

/** Marks handlers of ours, those of other scopes and of other copies of this module included. */
const OURS = Symbol.for('cinescope.signal.v1')

/**
 * Where the host has a handler of its own, now or later, the signal is the host's. Otherwise: drain, step aside, and, as the
 * last of our handlers, raise it again.
 */
function onUnhandledSignal(signal: NodeJS.Signals, drain: () => void): () => void {
  if (isTaken(signal)) return () => undefined
  const handler = Object.assign(
    () => {
      if (isTaken(signal)) return
      drain()
      process.off(signal, handler)
      if (process.listenerCount(signal) === 0) process.kill(process.pid, signal)
    },
    { [OURS]: true },
  )
  process.on(signal, handler)
  return () => void process.off(signal, handler)
}

function isTaken(signal: NodeJS.Signals): boolean {
  return process.listeners(signal).some((listener) => !Object.hasOwn(listener, OURS))
}
