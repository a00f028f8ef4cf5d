/** Spans that users open around their own code. */

import { types } from 'node:util'
import { CinescopeError, FLAG, KINDS } from '@cinescope/protocol'
import type { Probe } from '../capture/probe.ts'
import type { Span } from '../capture/span.ts'
import { nameOf } from './name-of.ts'

/**
 * Runs `fn` as a span named `name`, a child of the current span or a root. What it returns or throws passes through. A promise
 * ends the span when it settles; the caller gets one of the same outcome, as from an async function. Whatever else has a `then`
 * (the query of a library, which runs when it is first waited for) is not waited for: the span ends, and it passes untouched.
 * @throws CSC_ERR_OPTION when `fn` is no function
 */
export function runUserSpan<T>(probe: Probe, name: string, fn: () => T): T {
  if (typeof fn !== 'function') {
    throw new CinescopeError('CSC_ERR_OPTION', `scope.span(name, fn): fn is ${typeof fn}; it must be a function`)
  }
  if (!probe.isEnabled) return fn()
  const section = probe.sections.begin()
  const span = probe.open(KINDS.span, probe.site({ name: nameOf(name), framework: 'user' }), probe.current())
  probe.sections.end(section)
  let result: T
  try {
    result = probe.run(span, fn)
  } catch (thrown) {
    fail(span, thrown, 0)
    throw thrown
  }
  if (!isPlainPromise(result)) {
    end(span, 0, result)
    return result
  }
  // an async function gives a promise, which is what T is here
  return settle(span, result) as T
}

async function settle(span: Span, pending: Promise<unknown>): Promise<unknown> {
  try {
    const value = await pending
    end(span, FLAG.async, value)
    return value
  } catch (thrown) {
    fail(span, thrown, FLAG.async)
    throw thrown
  }
}

function end(span: Span, flags: number, value: unknown): void {
  const { sections } = span.probe
  const section = sections.begin()
  span.end(0, flags, value)
  sections.end(section)
}

function fail(span: Span, thrown: unknown, flags: number): void {
  const { sections } = span.probe
  const section = sections.begin()
  span.error(thrown)
  span.end(0, FLAG.error | flags)
  sections.end(section)
}

/** One of the language's own, with nothing added: waiting for it runs no code but its own, and another is as good. */
function isPlainPromise(value: unknown): value is Promise<unknown> {
  return (
    types.isPromise(value) &&
    Object.getPrototypeOf(value) === Promise.prototype &&
    Object.getOwnPropertyNames(value).length === 0
  )
}
