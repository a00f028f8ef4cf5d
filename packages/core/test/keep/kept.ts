/** Scopes that keep a part of what they record, and what can be read of them. */

import { join } from 'node:path'
import type { ScopeOptions } from '../../src/options/scope-options.ts'
import { openRecording } from '../../src/recording/open-recording.ts'
import type { OpenRecording } from '../../src/recording/recording.ts'
import { createScope } from '../../src/scope.ts'
import type { Scope, ScopeStatus } from '../../src/scope/running-scope.ts'
import { temporaryDirectory } from '../store/directory.ts'

/** A scope that records into a directory of its own. */
export interface Keeping extends AsyncDisposable {
  readonly scope: Scope
  /** Stops it and opens what it has recorded; closed with the rest. */
  stopped(): Promise<OpenRecording>
}

/** Starts one. */
export async function keeping(keep: NonNullable<ScopeOptions['keep']>, more: ScopeOptions = {}): Promise<Keeping> {
  const directory = temporaryDirectory()
  const scope = await createScope({
    directory: join(directory.path, 'recordings'),
    handleSignals: false,
    sources: false,
    keep,
    ...more,
  })
  let recording: OpenRecording | undefined
  return {
    scope,
    async stopped() {
      await scope.stop()
      recording = openRecording(scope.path!)
      return recording
    },
    async [Symbol.asyncDispose]() {
      await recording?.close()
      await scope.stop()
      directory[Symbol.dispose]()
    },
  }
}

/** Names of its films, in their order. */
export async function namesOf(recording: Pick<OpenRecording, 'films'>): Promise<string[]> {
  const { items } = await recording.films({ limit: 1000, order: 'time' })
  return items.map(({ name }) => name)
}

/** All that has been accounted for, and what has not. */
export function total({ stored, pruned, dropped, sampledOut, notKept, pending }: ScopeStatus): number {
  return stored + pruned + dropped + sampledOut + notKept + pending
}

/** Takes its time, on the thread. */
export function block(ms: number): void {
  for (const until = performance.now() + ms; performance.now() < until;);
}
