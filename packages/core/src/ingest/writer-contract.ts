/** What crosses between the app thread and the writer thread. */

import type { MessagePort } from 'node:worker_threads'
import type { ErrorCode } from '@cinescope/protocol'
import type { KeepSettings } from '../base/keep-settings.ts'
import type { ProcessInfo } from '../base/process.ts'
import type { StatusMemory } from '../base/status.ts'
import type { RingMemory } from '../ring/memory.ts'
import type { RetentionSettings } from './retention.ts'

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
  readonly retention: RetentionSettings
  readonly keep: KeepSettings
  /** Where queries come in when the recording is in memory and so can be read nowhere else. */
  readonly queries: MessagePort | undefined
}

/** What the writer tells the app thread beside the shared figures. */
export type WriterMessage =
  | { readonly kind: 'done'; readonly request: number }
  /** The store refused what the request asked to be written; it is kept and tried again. */
  | { readonly kind: 'refused'; readonly request: number }
  | { readonly kind: 'fault'; readonly code: ErrorCode; readonly message: string }
