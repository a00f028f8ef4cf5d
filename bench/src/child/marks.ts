/**
 * How row `http-stretch` sees our callbacks without touching them: the app itself takes the time where it hands control on
 * and where it gets it back. Whatever runs between two such borders is Express, Node and, in the recorded server, our
 * callbacks at that place, in one synchronous stretch:
 *
 * | stretch | from | to |
 * |---|---|---|
 * | 0 | channel http.server.request.start | first middleware: our middleware, the root's begin |
 * | 1.. | end of a middleware | begin of the next: the span of the layer ends and begins |
 * | .. | verify of the body parser | the middleware behind it: body handed on |
 * | .. | before response.json | after it: body of the response, headers |
 * | last | first listener of the response's finish | the last one: end of the film |
 *
 * Requests come one at a time. What a stretch takes beyond its median in the bare server is what is added to it, and the
 * largest of a request's is the longest stretch added to that request.
 */

import type { ServerResponse } from 'node:http'
import { performance } from 'node:perf_hooks'

/** Stretches of requests, in ms, `width` a request. */
export interface TakenMarks {
  readonly width: number
  readonly stretches: Float64Array
  /** Time the event loop was busy from the middle of one request to the middle of the next, in ms: the sum of all stretches, Express's own included. */
  readonly busy: Float64Array
}

/** Takes the times of one request after another. */
export interface Marks {
  begin(): void
  enter(): void
  leave(): void
  /** Listens for the end of the response before anyone else does. */
  watch(response: ServerResponse): void
  /** Listens for the end of the response after everyone else. */
  watchAgain(response: ServerResponse): void
  /** What was taken since the last call. */
  take(): TakenMarks
}

const MAX_REQUESTS = 20_000
const MAX_WIDTH = 16

/** Preallocated: taking the time must not add garbage. */
export function createMarks(): Marks {
  const taken = new Float64Array(MAX_REQUESTS * MAX_WIDTH)
  const busy = new Float64Array(MAX_REQUESTS)
  let requests = 0
  let width = 0
  let place = 0
  let from = -1
  let activeBefore = 0
  let finishedAt = 0
  const close = (): void => {
    if (from < 0 || requests >= MAX_REQUESTS || place >= MAX_WIDTH) return
    taken[requests * MAX_WIDTH + place++] = performance.now() - from
    from = -1
  }
  const onFirstFinish = (): void => {
    finishedAt = performance.now()
  }
  const onLastFinish = (): void => {
    from = finishedAt
    close()
    width = place
    requests++
  }
  return {
    begin: () => {
      place = 0
      from = performance.now()
    },
    enter: () => {
      close()
      // the body parser's verify has no own end: the stretch behind it begins where it was reached
      from = performance.now()
    },
    leave: () => {
      from = performance.now()
    },
    watch: (response) => void response.once('finish', onFirstFinish),
    watchAgain: (response) => {
      const { active } = performance.eventLoopUtilization()
      if (requests < MAX_REQUESTS) busy[requests] = active - activeBefore
      activeBefore = active
      response.once('finish', onLastFinish)
    },
    take: () => {
      const stretches = new Float64Array(requests * width)
      for (let i = 0; i < requests; i++) stretches.set(taken.subarray(i * MAX_WIDTH, i * MAX_WIDTH + width), i * width)
      const result = { width, stretches, busy: busy.slice(0, requests) }
      requests = 0
      return result
    },
  }
}
