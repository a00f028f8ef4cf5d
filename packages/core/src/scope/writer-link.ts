/** A thread's hold on the writer, be it the one that started it or another. */

import type { WriterState } from '../base/status.ts'

/** See the file's first line. */
export interface WriterLink {
  readonly state: WriterState
  /** Wakes the writer to look at its messages. */
  wake(): void
  /** Resolves when everything offered before the call is committed, or the writer is gone. @throws CSC_ERR_STORE when the store refuses */
  flush(): Promise<void>
  /** Ends what this thread records, and resolves when it is in the recording, or shows no progress. */
  stop(): Promise<void>
  /** The same in an exit handler, where nothing can be awaited. */
  stopNow(): void
}
