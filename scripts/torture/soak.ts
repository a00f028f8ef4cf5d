/** Four hours, compressed: what matters of them is made to happen, on a clock that is moved by hand and in many short lives. */

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryDirectory } from '../../packages/core/test/badluck/programs.ts'
import { soakHours } from './soak/hours.ts'
import { soakLives } from './soak/lives.ts'
import type { Torture } from './torture.ts'

const HOURS_MS = 4 * 3_600_000
const QUICK_MS = 60_000
/** Of a process that records into one directory; 2,048 threads in all. */
const LIVES = { lives: 16, threads: 128, lifeMs: 10_000 }
const QUICK_LIVES = { lives: 1, threads: 1, lifeMs: 1 }

/** See above. */
export const soak: Torture = {
  name: 'soak',
  about: 'four hours, compressed',
  async run({ seed, isQuick, minutes = (isQuick ? QUICK_MS : HOURS_MS) / 60_000, tell }) {
    await using directory = await temporaryDirectory()
    const place = (name: string): string => {
      mkdirSync(join(directory.path, name))
      return join(directory.path, name)
    }
    const hours = await soakHours({ directory: place('hours'), wholeMs: minutes * 60_000, seed, tell })
    const lives = await soakLives({ directory: place('lives'), ...(isQuick ? QUICK_LIVES : LIVES), tell })
    return { figures: `${hours.figures}; ${lives.figures}`, faults: [...hours.faults, ...lives.faults] }
  },
}
