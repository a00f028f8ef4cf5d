/** The consumer of row `tail`: another process, which notes how old each event is when it is given it. */

import { openRecording } from '@cinescope/core/reader'
import { quantile } from '../statistics.ts'
import { answerQuestions, check, childInput, report } from './child.ts'

/** What a round tells, in ms from the end of an event to its consumer. */
export interface TailFigures {
  readonly p50: number
  readonly p95: number
  readonly max: number
  readonly events: number
  /** CPU of the consumer by the event, in µs. */
  readonly cpuUs: number
}

const { path } = childInput<{ readonly path: string }>()
const recording = openRecording(path)
const tail = recording.tail()
const ages: number[] = []
let last = 0
let waiting: { readonly line: number; resolve(): void } | undefined
void follow()

answerQuestions(
  {
    /** Resolves when it has been given this line; what was noted before is forgotten. */
    forget: async ({ line }: { readonly line: number }) => {
      await given(line)
      ages.length = 0
      cpu = process.cpuUsage()
    },
    figures: async ({ line }: { readonly line: number }): Promise<TailFigures> => {
      await given(line)
      const { user, system } = process.cpuUsage(cpu)
      return {
        p50: quantile(ages, 0.5),
        p95: quantile(ages, 0.95),
        max: quantile(ages, 1),
        events: ages.length,
        cpuUs: (user + system) / ages.length,
      }
    },
  },
  () => tail.return(),
)
let cpu = process.cpuUsage()
await recording.status()
report({})

async function follow(): Promise<void> {
  for await (const { kind, at, durationNs = 0, value } of tail) {
    ages.push(performance.timeOrigin + performance.now() - (at + durationNs / 1e6))
    check(kind === 'log' || kind === 'span', 'a tail has no holes')
    if (kind === 'span') continue
    const { n } = value as { readonly n: number }
    check(n === last + 1, 'each line is given once, in order')
    last = n
    if (waiting !== undefined && n >= waiting.line) waiting.resolve()
  }
}

async function given(line: number): Promise<void> {
  if (last < line) await new Promise<void>((resolve) => (waiting = { line, resolve }))
  waiting = undefined
}
