/** Errors of body parsers carry the body that they could not take. It is recorded as a body or not at all, never with the error. */

import { types } from 'node:util'
import type { Span } from '../capture/span.ts'

/** Own members that hold a body. */
const BODIES: readonly string[] = ['body', 'rawBody']
/** How far causes are looked at; the encoder writes no more of them. */
const MAX_CAUSES = 8
/** `JSON.parse` says what stands around the place. */
const EXCERPT = /(?:\.\.\.)?"[^]*"(?:\.\.\.)? is not valid JSON/

const stackGetter = Object.getOwnPropertyDescriptor(new Error('probe'), 'stack')?.get

/** Records what was thrown inside a span, once, without the request's body. */
export function recordError(span: Span, thrown: unknown): void {
  const shown = withoutBody(thrown, 0)
  if (shown === thrown) span.error(thrown)
  else if (span.probe.isNewError(thrown, span.root)) span.error(shown)
}

/** The error itself where no body is in it, else one that looks like it. Runs nothing of the host's. */
function withoutBody(error: unknown, depth: number): unknown {
  if (!types.isNativeError(error) || depth > MAX_CAUSES) return error
  const cause = valueOf(error, 'cause')
  const shownCause = withoutBody(cause, depth + 1)
  const holds = holdsBody(error)
  if (!holds && shownCause === cause) return error
  const members = Object.getOwnPropertyDescriptors(error) as Record<string, PropertyDescriptor>
  const stack = members['stack']
  if (stack !== undefined && stack.get !== undefined && stack.get === stackGetter)
    members['stack'] = { value: error.stack }
  if (shownCause !== cause) members['cause'] = { value: shownCause }
  if (holds) {
    for (const name of BODIES) delete members[name]
    hideExcerpt(members)
  }
  return Object.create(Object.getPrototypeOf(error) as object | null, members)
}

/** One of body-parser's, by its type; or one that http-errors made of an error of the host's, whose type may be any. */
function holdsBody(error: Error): boolean {
  if (!BODIES.some((name) => Object.hasOwn(error, name))) return false
  const type = valueOf(error, 'type')
  if (typeof type !== 'string') return false
  return type.startsWith('entity.') || (Object.hasOwn(error, 'expose') && Object.hasOwn(error, 'statusCode'))
}

function hideExcerpt(members: Record<string, PropertyDescriptor>): void {
  const message: unknown = members['message']?.value
  if (typeof message !== 'string' || !EXCERPT.test(message)) return
  const hidden = message.replace(EXCERPT, '… is not valid JSON')
  members['message'] = { value: hidden }
  const stack: unknown = members['stack']?.value
  if (typeof stack === 'string') members['stack'] = { value: stack.replace(message, () => hidden) }
}

function valueOf(error: Error, name: string): unknown {
  return Object.getOwnPropertyDescriptor(error, name)?.value
}
