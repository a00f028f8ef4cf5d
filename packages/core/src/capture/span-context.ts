/** HOT: the span whose async context host code runs in. Bench row `http-cpu`. */

import { AsyncLocalStorage } from 'node:async_hooks'
import { FLAG } from '@cinescope/protocol'
import type { SectionCosts } from './section-costs.ts'
import type { Span } from './span.ts'

/** One per probe. */
export interface SpanContext {
  /** The span that was entered last, wherever; it may be over. */
  readonly lastEntered: Span | undefined
  /** The span whose context this is. */
  current(): Span | undefined
  /** Makes this the context of a span, for what runs on from here: until the host's own code returns to Node. */
  enter(span: Span): void
  /** Runs `fn` in the context of a span, without `this`. Takes three lines of a stack trace below `fn`. */
  readonly run: <A extends unknown[], R>(span: Span, fn: (...args: A) => R, ...args: A) => R
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** The way to a function and back, each a section. */
interface Crossing {
  readonly sections: SectionCosts
  /** The section that ends where the function is called. */
  entering: number
  /** The section that begins where it has returned. */
  leaving: number
}

/**
 * By `AsyncLocalStorage.run`. Cheaper ways to put the context of before back go through Node's stack of async ids, which does not
 * survive the end of a stack inside of it: the process is gone then, whoever catches the error.
 */
export function createSpanContext(sections: SectionCosts): SpanContext {
  const storage = new AsyncLocalStorage<Span>()
  const crossing: Crossing = { sections, entering: 0, leaving: 0 }
  const context: Mutable<SpanContext> = {
    lastEntered: undefined,
    current: () => storage.getStore(),
    enter: (span) => {
      context.lastEntered = span
      storage.enterWith(span)
    },
    run: <A extends unknown[], R>(given: Span, fn: (...args: A) => R, ...args: A): R => {
      const span = contextOf(given)
      context.lastEntered = span
      if (storage.getStore() === span) return fn(...args)
      crossing.entering = sections.begin()
      const result = storage.run(span, call<A, R>, crossing, fn, args)
      sections.end(crossing.leaving)
      return result
    },
  }
  return context
}

/** All of a film that was sampled out has one: nothing tells its spans apart. */
function contextOf(span: Span): Span {
  return (span.marks & FLAG.sampledOut) === 0 ? span : span.root
}

/** A storage runs its function with null for `this`. */
function call<A extends unknown[], R>(crossing: Crossing, fn: (...args: A) => R, args: A): R {
  crossing.sections.end(crossing.entering)
  const result = fn(...args)
  crossing.leaving = crossing.sections.begin()
  return result
}
