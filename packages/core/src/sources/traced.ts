/** HOT: operations of libraries that publish them over a tracing channel: one span from start to result. */

import type { Span } from '../capture/span.ts'
import type { Probe } from '../capture/probe.ts'
import { FLAG } from '@cinescope/protocol'
import type { Attributes } from '../value/attributes.ts'
import { type Listeners, listen } from './channels.ts'
import { toOwner } from './owner.ts'

/** What a tracing channel publishes, beside what the library adds. */
export interface TracedContext {
  readonly error?: unknown
  readonly result?: unknown
}

/** One tracing channel of a library. */
export interface Traced<T extends TracedContext = never> {
  /** Without `tracing:` and the name of the event. */
  readonly channel: string
  /** Code of the span's kind. */
  readonly kind: number
  readonly framework: string
  /** Name of the span's site: what repeats, such as the operation, never what a client chose. */
  name(context: T): string
  value(context: T): Attributes
  /** The span's own number: rows, items. */
  number?(result: unknown): number
}

type Spans = WeakMap<object, Span>

/** Subscribes to channels of one library; gives what unsubscribes. */
export function listenToTraced(users: ReadonlySet<Probe>, channels: readonly Traced[]): () => void {
  const stops = channels.map((traced) => listen(listenersOf(users, traced)))
  return () => {
    for (const stop of stops) stop()
  }
}

function listenersOf(users: ReadonlySet<Probe>, traced: Traced): Listeners {
  const spans: Spans = new WeakMap()
  const what = `an operation of ${traced.framework}`
  const on = (receive: (probe: Probe, context: TracedContext) => void): ((message: unknown) => void) =>
    toOwner(users, what, receive)
  return {
    [`tracing:${traced.channel}:start`]: on((probe, context) => {
      const site = probe.site({ name: traced.name(context as never), framework: traced.framework })
      spans.set(context, probe.open(traced.kind, site, probe.current(), traced.value(context as never)))
    }),
    // without an error, what has returned is still under way, or has a result
    [`tracing:${traced.channel}:end`]: on((_, context) => {
      if (Object.hasOwn(context, 'error') || Object.hasOwn(context, 'result')) end(spans, traced, context, 0)
    }),
    [`tracing:${traced.channel}:asyncStart`]: on((_, context) => end(spans, traced, context, FLAG.async)),
    [`tracing:${traced.channel}:error`]: on((_, context) => spans.get(context)?.error(context.error)),
  }
}

function end(spans: Spans, traced: Traced, context: TracedContext, flags: number): void {
  const isFailed = Object.hasOwn(context, 'error')
  const number = isFailed ? 0 : (traced.number?.(context.result) ?? 0)
  spans.get(context)?.end(number, flags | (isFailed ? FLAG.error : 0))
}
