/** Serves a recording to another thread: requests and pages cross as messages, work stays here. */

import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import { CinescopeError } from '@cinescope/protocol'
import { ARGUMENTS } from './methods.ts'
import type { OpenRecording } from './recording.ts'
import { type Answer, pack, type Request } from './remote-protocol.ts'

/** A recording that is being served. */
export interface RecordingService {
  /** True while a request is under way. */
  readonly isBusy: boolean
  /** Takes up requests that have arrived; for a thread that sleeps between turns, whose event loop may see them late. */
  poll(): void
}

/** Answers requests on `port` from `recording` until it is closed. */
export function serveRecording(port: MessagePort, recording: OpenRecording): RecordingService {
  const running = new Map<number, AbortController>()
  const handle = (request: Request): void => {
    if (request.kind === 'close') {
      port.close()
      void recording.close()
    } else if (request.kind === 'abort') running.get(request.call)?.abort()
    else void answer(port, recording, request, running)
  }
  port.on('message', handle)
  return {
    get isBusy() {
      return running.size > 0
    },
    poll() {
      for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port)) {
        handle(next.message as Request)
      }
    },
  }
}

async function answer(
  port: MessagePort,
  recording: OpenRecording,
  request: Extract<Request, { kind: 'call' }>,
  running: Map<number, AbortController>,
): Promise<void> {
  const controller = new AbortController()
  running.set(request.call, controller)
  try {
    const method = recording[request.method] as (...args: readonly unknown[]) => Promise<unknown>
    const args = Array.from({ length: ARGUMENTS[request.method] }, (_, i) => request.args[i])
    const value = await method.apply(recording, [...args, { signal: controller.signal }])
    port.postMessage({ call: request.call, value: pack(value) } satisfies Answer)
  } catch (thrown) {
    const error = thrown instanceof CinescopeError ? thrown : new CinescopeError('CSC_ERR_READER', String(thrown))
    port.postMessage({ call: request.call, error: { code: error.code, message: error.message } } satisfies Answer)
  } finally {
    running.delete(request.call)
  }
}
