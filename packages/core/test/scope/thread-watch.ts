/** A thread that records a line, and then answers how its scope is whenever it is asked. */

import { parentPort } from 'node:worker_threads'
import { createScope } from '../../src/scope.ts'

/** What it answers. */
export interface ThreadState {
  readonly isEnabled: boolean
  readonly state: string
  readonly faults: readonly string[]
  readonly reading: string
}

const scope = await createScope({ sources: false, onInternalError: () => undefined })
scope.log('a line')
parentPort?.on('message', () => {
  const { state, faults } = scope.status()
  const answer: ThreadState = {
    isEnabled: scope.isEnabled,
    state,
    faults: faults.map(({ message }) => message),
    reading: reading(),
  }
  parentPort?.postMessage(answer)
})

function reading(): string {
  try {
    scope.recording()
    return 'can be read'
  } catch (error) {
    return error instanceof Error ? error.message : ''
  }
}
