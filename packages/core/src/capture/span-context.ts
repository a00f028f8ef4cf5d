/** HOT: the span whose async context host code runs in. Bench row `http-cpu`. */

import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks'
import type { Span } from './span.ts'

type Run = <A extends unknown[], R>(storage: AsyncLocalStorage<Span>, span: Span, fn: (...args: A) => R, args: A) => R

/** From this version on a storage keeps its values in frames. */
const FRAMES_SINCE = 24
const UNTRACKED = { requireManualDestroy: true }

/** One per probe. */
export class SpanContext {
  readonly #storage = new AsyncLocalStorage<Span>()

  /** The span whose context this is. */
  current(): Span | undefined {
    return this.#storage.getStore()
  }

  /** Runs `fn` in the context of a span. */
  run<A extends unknown[], R>(span: Span, fn: (...args: A) => R, args: A): R {
    return run(this.#storage, span, fn, args)
  }
}

const run: Run = Number.parseInt(process.versions.node, 10) >= FRAMES_SINCE ? runInFrame : runInStorage

/**
 * `AsyncLocalStorage.run` makes two frames, each a copy of a map: one for the span, one like that of before. A resource
 * remembers the frame of before and puts that one back. Both ways mean the same; two thirds of the time here.
 */
function runInFrame<A extends unknown[], R>(
  storage: AsyncLocalStorage<Span>,
  span: Span,
  fn: (...args: A) => R,
  args: A,
): R {
  if (storage.getStore() === span) return fn(...args)
  return new AsyncResource('CINESCOPE', UNTRACKED).runInAsyncScope(enter<A, R>, undefined, storage, span, fn, args)
}

function enter<A extends unknown[], R>(
  storage: AsyncLocalStorage<Span>,
  span: Span,
  fn: (...args: A) => R,
  args: A,
): R {
  storage.enterWith(span)
  return fn(...args)
}

function runInStorage<A extends unknown[], R>(
  storage: AsyncLocalStorage<Span>,
  span: Span,
  fn: (...args: A) => R,
  args: A,
): R {
  return storage.run(span, fn, ...args)
}
