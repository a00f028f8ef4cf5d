/** Queries for a recording's own figures. */

import { type ErrorCode, type Hook, type Ledger, sumLedger } from '@cinescope/protocol'
import type { ProcessInfo } from '../base/process.ts'
import type { RecordingState, StoreView } from '../store/event-store.ts'
import type { Reading } from './reading.ts'

/** A recording's figures. */
export interface RecordingStatus {
  readonly process: ProcessInfo
  readonly state: RecordingState
  readonly bytes: number
  readonly segments: number
  readonly counters: Readonly<Record<string, number>>
  /** What the process can record, and whether it does, by name. */
  readonly hooks: readonly Hook[]
  /** Of a directory: each recording that could be read, the newest start first. `process`, `state` and `hooks` are the newest's then. */
  readonly parts?: readonly RecordingPart[]
  /** Of a directory: recordings that are left out of every answer, and why. */
  readonly unread?: readonly UnreadRecording[]
}

/** A recording of a directory. */
export interface RecordingPart {
  readonly path: string
  readonly status: RecordingStatus
  readonly ledger: Ledger
}

/** A recording of a directory that gives no answers. */
export interface UnreadRecording {
  readonly path: string
  readonly code: ErrorCode
  readonly message: string
}

/** See `Recording.ledger`. */
export function ledger({ source }: Reading): Promise<Ledger> {
  return source.read((view) => {
    const state = source.state()
    const tail = state === 'closed' ? 'complete' : state === 'live' ? 'open' : 'unknown'
    return sumLedger(view.ledger(), tail, 0)
  })
}

/** See `Recording.status`. */
export function status({ source }: Reading): Promise<RecordingStatus> {
  return source.read((view) => ({
    process: source.process,
    state: source.state(),
    bytes: source.bytes(),
    segments: view.segments().length,
    counters: view.counters(),
    hooks: view.hooks(),
  }))
}

/** True where films were left out: no segment tells then of spans that another one holds. */
export function isExtract(view: StoreView): boolean {
  return view.ledger().some(({ reason }) => reason === 'notExtracted')
}
