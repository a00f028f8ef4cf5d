/** What the threads of one process share to record into one file, and what they tell the writer. */

import { BroadcastChannel } from 'node:worker_threads'
import type { NodeId } from '@cinescope/protocol'
import type { ScopeSettings } from '../options/scope-options.ts'
import type { StatusMemory } from '../base/status.ts'
import type { DefinitionMemory } from '../ring/definition-log.ts'
import type { GrownRing, RingMemory } from '../ring/memory.ts'

/** What every thread that the program starts is told, so that it can join the recording of its process. */
export interface Invitation {
  readonly node: NodeId
  /** File of the recording; undefined when it is in memory. */
  readonly path: string | undefined
  /** The futex its writer sleeps on. */
  readonly wake: SharedArrayBuffer
  /** Of the thread that started the recording; the writer's state is in it. */
  readonly status: StatusMemory
  /** See `COUNTER`. */
  readonly counters: SharedArrayBuffer
  /** What has been changed of the settings since: memory of `allocateChanges`. */
  readonly changes: SharedArrayBuffer
  /** As the recording was started; a function cannot cross. */
  readonly settings: Omit<ScopeSettings, 'onInternalError'>
}

/** Indexes of the int32 counters that all threads of a process add to. */
export const COUNTER = {
  /** Threads that have joined. */
  threads: 0,
  /** Numbers given to entities. */
  entities: 1,
} as const

/** Under which key of a thread's environment data the invitation is. */
export const INVITATION = 'cinescope.recording.v1'

/** What a thread tells the writer, on the channel of the recording. */
export type ThreadMessage =
  | {
      readonly kind: 'join'
      /** 1 to `LAST_THREAD`. */
      readonly thread: number
      /** Node's number. */
      readonly threadId: number
      readonly ring: RingMemory
      readonly definitions: DefinitionMemory
      readonly status: StatusMemory
    }
  /** The ring of that thread goes on in another, or will. */
  | { readonly kind: 'ring'; readonly thread: number; readonly grown: GrownRing }
  /** Told by the thread that started it. */
  | { readonly kind: 'ended'; readonly threadId: number }

/** Tells the writer of a recording; it hears when it is woken. */
export function tellWriter(node: NodeId, message: ThreadMessage): void {
  post(threadChannel(node), message)
}

/** What all threads of a recording but the first are told: that it has ended, or that options have changed, which are in shared memory. */
export type Announcement = 'end' | 'settings'

/** Tells them. */
export function tellThreads(node: NodeId, what: Announcement): void {
  post(announcementChannel(node), what)
}

/** Name of the channel on which the writer listens. */
export function threadChannel(node: NodeId): string {
  return `cinescope.${node}.threads`
}

/** Name of the channel on which threads are told. */
export function announcementChannel(node: NodeId): string {
  return `cinescope.${node}.announcements`
}

function post(name: string, message: unknown): void {
  const channel = new BroadcastChannel(name)
  channel.postMessage(message)
  channel.close()
}
