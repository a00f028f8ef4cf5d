/** Spans that users open around their own code. */

import { types } from 'node:util'
import { FLAG, KINDS } from '@cinescope/protocol'
import { recordError } from '../adapter/bodiless-error.ts'
import type { Probe } from '../capture/probe.ts'
import type { Span } from '../capture/span.ts'

/** Runs `fn` as a span named `name`, a child of the current span or a root. What it returns or throws passes through; a promise ends the span when it settles. */
export function runUserSpan<T>(probe: Probe, name: string, fn: () => T): T {
  if (!probe.isEnabled) return fn()
  const span = probe.open(KINDS.span, probe.site({ name, framework: 'user' }), probe.current())
  let result: T
  try {
    result = probe.run(span, fn)
  } catch (thrown) {
    fail(span, thrown, 0)
    throw thrown
  }
  if (!isThenable(result)) {
    span.end(0, 0, result)
    return result
  }
  // the caller gets a promise of the same outcome, as from an async function
  return settle(probe, span, result) as T
}

async function settle<T>(probe: Probe, span: Span, pending: PromiseLike<T>): Promise<T> {
  try {
    const value = await (types.isPromise(pending) ? pending : probe.run(span, () => Promise.resolve(pending)))
    span.end(0, FLAG.async, value)
    return value
  } catch (thrown) {
    fail(span, thrown, FLAG.async)
    throw thrown
  }
}

function fail(span: Span, thrown: unknown, flags: number): void {
  recordError(span, thrown)
  span.end(0, FLAG.error | flags)
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  if (types.isPromise(value)) return true
  if (typeof value !== 'object' || value === null || types.isProxy(value)) return false
  return typeof (value as { then?: unknown }).then === 'function'
}
