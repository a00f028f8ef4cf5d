/** The query surface over anything that can be asked by a question's name: a source in this thread, or another thread. */

import type { EventQuery } from '@cinescope/protocol'
import type { QueryControl } from '../query/reading.ts'
import { ARGUMENTS } from './methods.ts'
import type { Method, OpenRecording, Recording } from './recording.ts'
import { seekerOf } from './seeker.ts'
import { streamPages } from './stream-pages.ts'
import { tailOf, type TailSource } from './tail.ts'

/** Asks one question. */
export type Ask = (method: Method, args: readonly unknown[], control: QueryControl) => Promise<unknown>

/** See above. */
export function surfaceOver(ask: Ask, close: () => Promise<void>, onTail?: TailSource['onTail']): OpenRecording {
  const recording = questionsTo(ask)
  return {
    ...recording,
    stream: (query: EventQuery = {}, control: QueryControl = {}) =>
      streamPages((next) => recording.events(next, control), query),
    tail: (query, options) => tailOf({ arrivals: recording.arrivals, onTail }, query, options),
    seek: (over = { kind: 'recording' }, options = {}) => seekerOf(recording.step, over, options),
    close,
    [Symbol.asyncDispose]: close,
  }
}

function questionsTo(ask: Ask): Recording {
  const questions = Object.entries(ARGUMENTS).map(([method, count]) => [
    method,
    (...args: readonly unknown[]) =>
      ask(method as Method, args.slice(0, count), (args[count] as QueryControl | undefined) ?? {}),
  ])
  // the table has a line for each method
  return Object.fromEntries(questions) as Recording
}
