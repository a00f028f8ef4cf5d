/** `cinescope top`: what a server does now, route by route. */

import { statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Call, type Command } from '../base/command.ts'
import { defaultPath } from '../base/default-path.ts'
import { EXIT, type ExitCode } from '../base/exit-code.ts'
import { endThough, interrupted } from '../base/interrupt.ts'
import { type Opened, openAt, recordingsAt, shown } from '../base/recordings.ts'
import type { Screen } from '../format/screen.ts'
import { topLines } from '../format/top-lines.ts'
import { TopFigures } from '../top-figures.ts'

const INTERVAL_MS = 2000
const WINDOW_MS = 10_000

/** See the file's first line. */
export const top: Command = {
  name: 'top',
  goesOn: true,
  about: [
    'Shows the requests of the newest recording by route: how many a second, how many failed, how long they took, in the last seconds and since the start; and how late the event loop is and what memory the process takes, where that is recorded. Drawn anew again and again, until Ctrl-C; of a file, or of one that has ended already, until the recording ends.',
    'Quantiles are within 1 % of the exact ones. When a newer recording begins in the directory, as after a restart, it is that which is shown.',
  ],
  operands: [{ name: 'PATH' }],
  options: {
    interval: { kind: 'milliseconds', value: 'MS', help: 'time between two looks, 2s unless told otherwise' },
    window: { kind: 'milliseconds', value: 'MS', help: 'what counts as now, the last 10s unless told otherwise' },
    once: { kind: 'flag', help: 'print one look and end' },
  },
  examples: [
    ['top', 'the routes of the server that runs here'],
    ['top --interval 500ms --window 5s', 'closer'],
    ['top --once --json', 'one look, for a program'],
  ],
  run: runTop,
}

async function runTop({ operands, given, screen }: Call): Promise<ExitCode> {
  using interrupt = interrupted()
  const { signal } = interrupt
  const intervalMs = Math.max(100, given.number('interval') ?? INTERVAL_MS)
  const windowMs = Math.max(100, given.number('window') ?? WINDOW_MS)
  const mayGrow = statSync(operands[0] ?? defaultPath(), { throwIfNoEntry: false })?.isDirectory() === true
  let wasLive = false
  let opened = await openAt(operands[0])
  try {
    let figures = new TopFigures(opened.recording, windowMs)
    for (;;) {
      const look = await figures.look(Date.now())
      if (screen.format === 'table') screen.redraw(...topLines(look, { path: opened.path, width: screen.width }))
      else if (given.flag('once')) screen.json({ path: opened.path, ...look })
      else screen.jsonLine({ path: opened.path, ...look })
      await screen.drained(signal)
      endThough(screen.isWaiting, signal)
      if (given.flag('once') || signal.aborted) return EXIT.ok
      const newer = await newerThan(opened, operands[0])
      if (newer !== undefined) {
        await opened.recording.close()
        opened = newer
        figures = new TopFigures(opened.recording, windowMs)
      } else if (look.state !== 'live' && !(wasLive && mayGrow)) return over(look.state, screen)
      wasLive ||= look.state === 'live'
      await sleep(intervalMs, undefined, { signal }).catch(() => undefined)
      if (signal.aborted) return EXIT.ok
    }
  } finally {
    await opened.recording.close()
  }
}

/** The newest recording of the directory, if that is another one by now. */
async function newerThan(opened: Opened, path: string | undefined): Promise<Opened | undefined> {
  const files = await recordingsAt(path).catch(() => [])
  if (files[0] === undefined || shown(files[0]) === opened.path) return undefined
  // one that is being made cannot be read yet: at the next look it can
  return openAt(path).catch(() => undefined)
}

function over(state: string, screen: Screen): ExitCode {
  screen.note(
    state === 'closed' ? 'The recording was closed' : 'The writer is gone without having closed the recording',
  )
  return EXIT.ok
}
