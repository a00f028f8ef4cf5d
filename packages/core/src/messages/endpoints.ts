/** What passes messages on in Node, and how each sends and is told of what it receives. */

import { ChildProcess } from 'node:child_process'
import { Worker as ClusterWorker } from 'node:cluster'
import { BroadcastChannel, MessagePort, parentPort, Worker } from 'node:worker_threads'

/** How messages arrive: at an emitter of Node, at an event target, or at the port itself. */
type Arrival = 'emit' | 'dispatchEvent' | 'port'

/** See above. */
export interface Endpoint {
  /** `messaging.system`. */
  readonly system: 'worker_threads' | 'child_process'
  readonly sends: 'postMessage' | 'send'
  readonly arrives: Arrival
  /** What its messages are called where the user says nothing. */
  readonly destination: string
}

/** What `object` is; undefined where it passes no messages. */
export function endpointOf(object: unknown): Endpoint | undefined {
  if (object instanceof Worker) return threads('emit', 'a thread')
  if (object instanceof BroadcastChannel) return threads('dispatchEvent', object.name)
  if (object instanceof MessagePort) return threads('port', object === parentPort ? 'the parent thread' : 'a port')
  if (object === process && typeof process.send === 'function') return processes('the parent process')
  if (object instanceof ChildProcess && typeof object.send === 'function') return processes('a child process')
  return object instanceof ClusterWorker ? processes('a worker of the cluster') : undefined
}

function threads(arrives: Arrival, destination: string): Endpoint {
  return { system: 'worker_threads', sends: 'postMessage', arrives, destination }
}

function processes(destination: string): Endpoint {
  return { system: 'child_process', sends: 'send', arrives: 'emit', destination }
}
