/** The recording of one entity that changes a million times, or a hundred times fewer. */

import { KINDS, nodeId } from '@cinescope/protocol'
import { createWriterRig } from './insides.ts'
import { type KeptRecording, keptRecording } from './kept-recording.ts'
import { createMovingClock, createRandom } from './traffic.ts'

const CHANGES_PER_COMMIT = 10_000
const MAX_BYTES = 2 ** 40
const NODE = nodeId('0123456789ab')
/** Of so many changes the time of one is noted. */
const NOTED = 100

/** Whose states they are. */
export const ENTITY = { kind: 'session', scope: NODE, id: 'one' } as const

/** What is known about it because it was made so. */
export interface StateFacts {
  readonly changes: number
  readonly fromMs: number
  readonly toMs: number
  /** Wall time of every `notedEvery`th change, the first included. */
  readonly notedMs: readonly number[]
  readonly notedEvery: number
}

/** Members that change, one at a time. */
export const CHANGING: readonly string[] = Array.from({ length: 16 }, (_, i) => `count${'abcdefghijklmnop'[i]}`)

/** A state of fifty members: numbers that change, texts, flags, lists and objects that do not. */
export function createState(): Record<string, unknown> {
  const state: Record<string, unknown> = {}
  for (const name of CHANGING) state[name] = 0
  for (let i = CHANGING.length; i < 50; i++) {
    const name = `member${String.fromCharCode(97 + (i % 26), 97 + Math.floor(i / 26))}`
    state[name] = [`text of member ${i}`, i, i % 2 === 0, null][i % 4]
  }
  return state
}

/** The recording of so many changes, each beside an event of another kind. */
export async function stateRecording(changes: number): Promise<KeptRecording> {
  return keptRecording(`states-${changes}`, (path) => generate(path, changes))
}

async function generate(path: string, changes: number): Promise<StateFacts> {
  const clock = createMovingClock(createRandom(7), 1_700_000_000_000)
  const fromMs = clock.wall()
  const rig = await createWriterRig(path, clock, NODE, MAX_BYTES)
  rig.define({ kind: 'entity', number: 1, entity: ENTITY })
  const subject = { entity: 1, parent: 0, root: 0, flags: 0 }
  const state = createState()
  const notedMs: number[] = []
  for (let n = 0; n < changes; n++) {
    state[CHANGING[n % CHANGING.length]!] = n
    if (n % NOTED === 0) notedMs.push(clock.wall())
    rig.states.state(subject, state)
    rig.recorder.point(KINDS.metric, 0, 0, 0, undefined, n)
    if (n % CHANGES_PER_COMMIT !== 0) continue
    while (rig.pipeline.drain() > 0);
    rig.pipeline.commit()
  }
  while (rig.pipeline.drain() > 0);
  if (rig.ring.refused > 0 || rig.ring.valuesLost > 0) throw new Error('the generated recording is not whole')
  const toMs = clock.wall()
  rig.finish()
  return { changes, fromMs, toMs, notedMs, notedEvery: NOTED }
}
