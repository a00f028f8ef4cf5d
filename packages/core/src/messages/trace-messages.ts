/** Causality across threads and processes: messages that say where they came from. */

import type { ChildProcess } from 'node:child_process'
import type { Worker as ClusterWorker } from 'node:cluster'
import type { BroadcastChannel, MessagePort, Worker } from 'node:worker_threads'
import { CinescopeError } from '@cinescope/protocol'
import { MessageRole } from '../adapter/message.ts'
import { checkOptions, type OptionRules } from '../options/option-rules.ts'
import { type ProbeCarrier, probeOf } from '../capture/probe-of.ts'
import { type Endpoint, endpointOf } from './endpoints.ts'
import { open, seal } from './envelope.ts'
import { standInFor } from './own-method.ts'

/** What passes messages on. */
export type Messenger = Worker | MessagePort | BroadcastChannel | ChildProcess | ClusterWorker | NodeJS.Process

/** How messages of one messenger are recorded. */
export interface MessageOptions {
  /** What its messages are called in films; a few names in all, since they are kept. */
  readonly name?: string
  /** Record what is sent and received; true unless told otherwise. */
  readonly values?: boolean
}

const RULES: OptionRules = { name: { is: 'string' }, values: { is: 'boolean' } }

/** On what is traced already; a contract between copies of core. */
const TRACED = Symbol.for('cinescope.messages.v1')
/** By which Node hands a port its messages, and other things. */
const ARRIVES_AT_PORT = Symbol.for('nodejs.internal.kHybridDispatch')
/** What Node's own messages between processes begin with. */
const INTERNAL = 'NODE_'

/**
 * Lets causality cross a messenger, which is changed and given back: what is sent carries the trace of the span it is sent in,
 * and each message that arrives is a film, caused by the one that sent it. Both ends must be traced, since messages travel in an
 * envelope; one end may receive what the other sends untraced, not the other way round. A scope that is stopped or disabled sends
 * messages as they are, and still opens what arrives. `receiveMessageOnPort` and transferred ports see envelopes.
 * A messenger stays with the scope that traced it first.
 * @throws CSC_ERR_OPTION for what passes no messages
 */
export function traceMessages<T extends Messenger>(scope: ProbeCarrier, messenger: T, options: MessageOptions = {}): T {
  checkOptions(options, RULES, 'traceMessages')
  const probe = probeOf(scope)
  const endpoint = endpointOf(messenger)
  if (endpoint === undefined) {
    throw new CinescopeError(
      'CSC_ERR_OPTION',
      'traceMessages(scope, messenger): a Worker, MessagePort, BroadcastChannel, forked ChildProcess, cluster worker, or `process` of a forked process was expected',
    )
  }
  if (TRACED in messenger) return messenger
  Object.defineProperty(messenger, TRACED, { value: true })
  const { system, destination } = endpoint
  const { name = destination, values = true } = options
  const role = new MessageRole(probe, { system, destination: name, values })
  traceSending(role, messenger, endpoint)
  traceArrival(role, messenger, endpoint)
  return messenger
}

function traceSending(role: MessageRole, messenger: Messenger, { sends }: Endpoint): void {
  standInFor(
    messenger,
    sends,
    (original) =>
      function (this: unknown, ...args: unknown[]): unknown {
        // Node says itself what is wrong with a call without a message
        const carrier = args.length === 0 || isNotForUs(sends, args[0]) ? undefined : role.send(args[0])
        if (carrier === undefined) return Reflect.apply(original, this, args)
        try {
          return Reflect.apply(original, this, [seal(args[0], carrier), ...args.slice(1)])
        } catch (thrown) {
          role.failed(thrown)
          throw thrown
        }
      },
  )
}

/** Between processes Node passes messages of its own, and refuses those that JSON cannot say. */
function isNotForUs(sends: Endpoint['sends'], message: unknown): boolean {
  if (sends === 'postMessage') return false
  if (typeof message !== 'object' || message === null) return !['string', 'number', 'boolean'].includes(typeof message)
  const cmd = Object.getOwnPropertyDescriptor(message, 'cmd')?.value as unknown
  return typeof cmd === 'string' && cmd.startsWith(INTERNAL)
}

function traceArrival(role: MessageRole, messenger: Messenger, { arrives }: Endpoint): void {
  if (arrives === 'emit') {
    traceCall(role, messenger, 'emit', ([type, received]) => (type === 'message' ? { received, place: 1 } : undefined))
  } else if (arrives === 'port') {
    traceCall(role, messenger, ARRIVES_AT_PORT, ([received, type]) =>
      type === 'message' ? { received, place: 0 } : undefined,
    )
  } else {
    traceCall(role, messenger, 'dispatchEvent', ([event]) =>
      isMessage(event) ? { received: event.data, place: 0, event } : undefined,
    )
  }
}

interface Arrived {
  readonly received: unknown
  /** Which argument holds it. */
  readonly place: number
  /** What the argument is, where it is not the message itself. */
  readonly event?: MessageEvent
}

function traceCall(
  role: MessageRole,
  messenger: Messenger,
  name: string | symbol,
  find: (args: readonly unknown[]) => Arrived | undefined,
): void {
  standInFor(
    messenger,
    name,
    (original) =>
      function (this: unknown, ...args: unknown[]): unknown {
        const arrived = find(args)
        if (arrived === undefined) return Reflect.apply(original, this, args)
        const { message, carrier } = open(arrived.received)
        if (carrier !== undefined)
          args[arrived.place] = arrived.event === undefined ? message : eventOf(message, arrived.event)
        return role.receive(carrier, message, () => Reflect.apply(original, this, args))
      },
  )
}

function isMessage(event: unknown): event is MessageEvent {
  return event instanceof MessageEvent && event.type === 'message'
}

function eventOf(data: unknown, { type, origin, lastEventId, ports }: MessageEvent): MessageEvent {
  return new MessageEvent(type, { data, origin, lastEventId, ports: [...ports] })
}
