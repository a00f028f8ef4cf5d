/** What crosses between the app thread and the writer thread. */

import type { MessagePort } from 'node:worker_threads'
import type { ErrorCode } from '@cinescope/protocol'
import type { ProcessInfo } from '../base/process.ts'
import type { LiveOptions } from '../options/run-time-options.ts'
import type { StatusMemory } from '../base/status.ts'
import type { RingMemory } from '../ring/memory.ts'

/** What the app thread gives to the writer. */
export interface WriterInput {
  readonly ring: RingMemory
  /** Where the rings come in that are added to it; undefined where none are. */
  readonly rings: MessagePort | undefined
  readonly status: StatusMemory
  readonly definitions: MessagePort
  readonly process: ProcessInfo
  /** Where to record; undefined keeps the recording in memory. */
  readonly path: string | undefined
  /** As the recording was started. */
  readonly settings: LiveOptions
  /** What has been changed of them since: memory of `allocateChanges`. */
  readonly changes: SharedArrayBuffer
  /** Whether it serves a control socket. */
  readonly control: boolean
  /** Where queries come in when the recording is in memory and so can be read nowhere else. */
  readonly queries: MessagePort | undefined
}

/** What the writer tells the app thread beside the shared figures. */
export type WriterMessage =
  | { readonly kind: 'done'; readonly request: number }
  /** The store refused what the request asked to be written; it is kept and tried again. */
  | { readonly kind: 'refused'; readonly request: number }
  /** Options have changed; what they are is in shared memory. */
  | { readonly kind: 'settings' }
  /** Somebody had the windows of all threads kept, through the control socket, at this time of the process's clock. */
  | { readonly kind: 'kept'; readonly reason: string; readonly atMs: number }
  | { readonly kind: 'fault'; readonly code: ErrorCode; readonly message: string }
