/** The role of whoever passes messages on: what is sent says where it came from, what is received is a film of its own. */

import {
  FLAG,
  formatTraceparent,
  KINDS,
  derivedTraceId,
  parseTraceparent,
  seq,
  spanIdOf,
  type Traceparent,
} from '@cinescope/protocol'
import type { Probe } from '../capture/probe.ts'
import type { Span } from '../capture/span.ts'
import { Attributes } from '../value/attributes.ts'
import { reportFault } from './fault.ts'

/** What travels with a message. Plain data; what arrives may be anybody's. */
export interface MessageCarrier {
  /** The sender's trace, and its `send` event as the span (W3C Trace Context). */
  readonly traceparent: string
  /** When it was sent, in ms of the machine's monotonic clock. */
  readonly sentMs: number
}

/** Between whom messages go. */
export interface MessageSettings {
  /** What carries them (`messaging.system`). */
  readonly system: string
  /** Where they go or come from, as a user knows it: a few names, never one a peer chose. */
  readonly destination: string
  /** Record what is sent and received. */
  readonly values: boolean
}

const SENT = ['messaging.operation.type', 'messaging.system', 'messaging.destination.name', 'cinescope.message.body']
const NS_PER_MS = 1e6
/** No message waits longer than a machine runs. */
const MAX_QUEUE_MS = 1e11

/** One end of a passage of messages. Nothing here throws into the host but what the host's own code throws. */
export class MessageRole {
  readonly #probe: Probe
  readonly #settings: MessageSettings
  readonly #sendSite: number
  readonly #receiveSite: number

  constructor(probe: Probe, settings: MessageSettings) {
    const { system: framework, destination } = settings
    this.#probe = probe
    this.#settings = settings
    this.#sendSite = probe.site({ name: `send to ${destination}`, framework })
    this.#receiveSite = probe.site({ name: `message from ${destination}`, framework })
  }

  /** Records that a message is sent, inside the current span; gives what is to travel with it, or undefined when nothing is recorded. */
  send(message: unknown): MessageCarrier | undefined {
    const probe = this.#probe
    if (!probe.isEnabled) return undefined
    const section = probe.sections.begin()
    try {
      const traceparent = formatTraceparent(this.#trace(probe.current(), message))
      return { traceparent, sentMs: nowMs() }
    } catch (cause) {
      reportFault(probe, 'a message', cause)
      return undefined
    } finally {
      probe.sections.end(section)
    }
  }

  /** Records that a message could not be sent. */
  failed(thrown: unknown): void {
    const span = this.#probe.current()
    if (span !== undefined) span.error(thrown)
    else this.#probe.point(undefined, KINDS.error, this.#sendSite, thrown === undefined ? null : thrown)
  }

  /**
   * Runs `deliver` as the root of a film that the message caused, and gives or throws what it does. The film's root ends when
   * `deliver` returns; what goes on afterwards is still part of it. How long the message was under way is the number, in ms, of
   * its `receive` event, which is there only where a carrier came.
   */
  receive<T>(carrier: unknown, message: unknown, deliver: () => T): T {
    const root = this.#begin(carrier, message)
    if (root === undefined) return deliver()
    try {
      const result = this.#probe.run(root, deliver)
      root.end()
      return result
    } catch (thrown) {
      root.error(thrown)
      root.end(0, FLAG.error)
      throw thrown
    }
  }

  #begin(given: unknown, message: unknown): Span | undefined {
    const probe = this.#probe
    if (!probe.isEnabled) return undefined
    const section = probe.sections.begin()
    try {
      const carrier = readCarrier(given)
      const flags = probe.sampling.flagFor(carrier?.sampled)
      const value = flags === 0 ? this.#attributes('process', message) : undefined
      const root = probe.openRoot(KINDS.message, this.#receiveSite, value, 0, flags)
      if (carrier !== undefined) {
        probe.adopt(root, carrier.traceId, carrier.spanId)
        root.point(KINDS.receive, this.#receiveSite, undefined, carrier.queueMs)
      }
      return root
    } catch (cause) {
      reportFault(probe, 'a message', cause)
      return undefined
    } finally {
      probe.sections.end(section)
    }
  }

  /** Records the message; gives what it is to say of where it came from. */
  #trace(span: Span | undefined, message: unknown): Traceparent {
    if (span?.isRecorded === false) return { traceId: span.traceId, spanId: span.id, sampled: false }
    const { node, thread } = this.#probe
    const sent = this.#probe.point(span, KINDS.send, this.#sendSite, this.#attributes('send', message))
    const place = { thread, seq: seq(sent) }
    return { traceId: span?.traceId ?? derivedTraceId(node, place), spanId: spanIdOf(node, place), sampled: true }
  }

  #attributes(operation: 'send' | 'process', message: unknown): Attributes {
    const { system, destination, values } = this.#settings
    return new Attributes(SENT, [operation, system, destination, values ? message : undefined])
  }
}

interface Received extends Traceparent {
  readonly queueMs: number
}

/** What came with a message, if it is what we send. */
function readCarrier(given: unknown): Received | undefined {
  if (typeof given !== 'object' || given === null) return undefined
  const { traceparent, sentMs } = given as Partial<Record<keyof MessageCarrier, unknown>>
  const trace = typeof traceparent === 'string' ? parseTraceparent(traceparent) : undefined
  if (trace === undefined || typeof sentMs !== 'number') return undefined
  const queueMs = nowMs() - sentMs
  // another machine's clock, or no clock at all
  if (!(Math.abs(queueMs) < MAX_QUEUE_MS)) return undefined
  return { ...trace, queueMs: Math.max(0, queueMs) }
}

/** The same clock in all threads and processes of a machine. */
function nowMs(): number {
  return Number(process.hrtime.bigint()) / NS_PER_MS
}
