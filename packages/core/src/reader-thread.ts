/** Entry of the reader thread: serves one recording file to the app thread, so that no query runs there. */

import { type MessagePort, workerData } from 'node:worker_threads'
import { openRecording } from './recording/open-recording.ts'
import type { OpenRecording } from './recording/recording.ts'
import { serveRecording } from './recording/serve-recording.ts'

/** What the app thread gives to the reader. */
export interface ReaderInput {
  readonly path: string
  readonly port: MessagePort
}

const PATIENCE_MS = 5000
const PAUSE_MS = 10

/** The only warning this thread can raise is that node:sqlite is experimental on Node 22. */
process.removeAllListeners('warning')
const { path, port } = workerData as ReaderInput
serveRecording(port, openWhenWritten())

/** The writer creates the file while this thread starts, so it may not be there, or not be whole, yet. */
function openWhenWritten(): OpenRecording {
  const pause = new Int32Array(new SharedArrayBuffer(4))
  for (const deadline = performance.now() + PATIENCE_MS; ; Atomics.wait(pause, 0, 0, PAUSE_MS)) {
    try {
      return openRecording(path)
    } catch (thrown) {
      if (performance.now() > deadline) throw thrown
    }
  }
}
