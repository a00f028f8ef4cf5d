/** Draining at the end of the process: in `exit`, and on signals that the host does not handle itself. */

const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP']

/** Runs `drain` when the process ends. Returns what takes the handlers off again. */
export function drainAtExit(drain: () => void, handleSignals: boolean): () => void {
  process.on('exit', drain)
  const signals = handleSignals ? new UnhandledSignals(drain) : undefined
  return () => {
    process.off('exit', drain)
    signals?.release()
  }
}

/** Marks handlers of ours, those of other scopes and of other copies of this module included. */
const OURS = Symbol.for('cinescope.signal.v1')

type Handler = (signal: NodeJS.Signals, number?: number) => void

/**
 * Our handlers are there only while the host has none: a signal that it handles is its own, and whoever counts the listeners
 * to find out whether it is the last one (signal-exit, in npm, execa and many others) counts as it would without us. When ours
 * is the only one: drain, step aside, and, as the last of our handlers, raise the signal again.
 */
class UnhandledSignals {
  readonly #drain: () => void
  readonly #handlers = new Map<string | symbol, Handler>()
  readonly #onAdded = (event: string | symbol, listener: unknown): void => {
    // the host's comes after this; taken off now, ours would take the process's hold on the signal with it
    if (this.#handlers.has(event) && !isOurs(listener)) process.nextTick(() => this.#settle(event))
  }
  readonly #onRemoved = (event: string | symbol, listener: unknown): void => {
    if (!this.#handlers.has(event) || this.#handlers.get(event) === listener) return
    if (raisesAfterRemoval()) this.#settle(event)
    // a handler that has run once may raise the signal and go on: nothing may catch that
    else process.nextTick(() => this.#settle(event))
  }

  constructor(drain: () => void) {
    this.#drain = drain
    for (const signal of SIGNALS) this.#handlers.set(signal, this.#handlerOf(signal))
    process.on('newListener', this.#onAdded)
    process.on('removeListener', this.#onRemoved)
    for (const signal of SIGNALS) this.#settle(signal)
  }

  release(): void {
    process.off('newListener', this.#onAdded)
    process.off('removeListener', this.#onRemoved)
    for (const [signal, handler] of this.#handlers) process.off(signal, handler)
    this.#handlers.clear()
  }

  #handlerOf(signal: NodeJS.Signals): Handler {
    const handler: Handler = (_signal, number) => {
      // a program that emits the event by hand sends no number, and does not die of it
      if (typeof number !== 'number' || isTaken(signal)) return
      this.#drain()
      this.release()
      if (process.listenerCount(signal) === 0) process.kill(process.pid, signal)
    }
    return Object.defineProperty(handler, OURS, { value: true })
  }

  /** Our handler is there if, and only if, the host has none. */
  #settle(event: string | symbol): void {
    const handler = this.#handlers.get(event)
    if (handler === undefined) return
    const isThere = process.listeners(event as NodeJS.Signals).includes(handler)
    if (isTaken(event) === !isThere) return
    if (isThere) process.off(event, handler)
    else process.on(event, handler)
  }
}

function isTaken(event: string | symbol): boolean {
  return process.listeners(event as NodeJS.Signals).some((listener) => !isOurs(listener))
}

function isOurs(listener: unknown): boolean {
  return Object.hasOwn(listener as object, OURS)
}

/**
 * signal-exit (3 keeps its count on the process, 4 on the global object) takes its handlers off when it is the last, raises the
 * signal, and does nothing more: ours may be back before that, to drain.
 */
function raisesAfterRemoval(): boolean {
  return Object.hasOwn(process, '__signal_exit_emitter__') || Object.hasOwn(globalThis, SIGNAL_EXIT)
}

const SIGNAL_EXIT = Symbol.for('signal-exit emitter')
