/** The process that row `tail` watches: records events at a steady rate. */

import { setTimeout as sleep } from 'node:timers/promises'
import { createScope } from '@cinescope/core'
import { answerQuestions, check, report, temporaryDirectory } from './child.ts'

/** What it is asked to record. */
export interface TickOrder {
  /** Lines; with a span about every tenth they make 1.2 events each. */
  readonly lines: number
  readonly eventsPerSecond: number
}

const EVENTS_PER_LINE = 1.2
const TICK_MS = 5
const directory = temporaryDirectory('tail')
const scope = await createScope({ directory: directory.path, sources: false })
await scope.flush()
let n = 0

answerQuestions(
  {
    run: async ({ lines, eventsPerSecond }: TickOrder) => {
      const started = performance.now()
      const first = n
      while (n - first < lines) {
        const due = ((performance.now() - started) / 1000) * (eventsPerSecond / EVENTS_PER_LINE)
        while (n - first < Math.min(due, lines)) line()
        await sleep(TICK_MS)
      }
      const { dropped, faults } = scope.status()
      check(dropped === 0 && faults.length === 0, 'nothing was lost')
      return { lines: n, seconds: (performance.now() - started) / 1000 }
    },
  },
  async () => {
    await scope.stop()
    await directory[Symbol.asyncDispose]()
  },
)
report({ path: scope.path })

function line(): void {
  const log = (): void =>
    scope.log('order loaded', { n: ++n, order: 17, note: 'a note that is long enough to be a value'.repeat(2) })
  if (n % 10 === 9) scope.span('step', log)
  else log()
}
