/** The recording of a million values that the rows for text search read: words as often as in a language, and ids that differ. */

import { KINDS, nodeId } from '@cinescope/protocol'
import { createWriterRig } from './insides.ts'
import { type KeptRecording, keptRecording } from './kept-recording.ts'
import { createMovingClock, createRandom } from './traffic.ts'

const VALUES_PER_COMMIT = 20_000
const MAX_BYTES = 2 ** 40
const VOCABULARY = 20_000
/** Letters about as often as English has them. */
const LETTERS = 'eeeeeeetttttaaaaooooiiiinnnnssshhhrrrdddlllcuummwwffggyyppbbvkjxqz'

/** A word that one value in five has. */
export const COMMON = 'standing order'
/** How many values have each rare word. */
export const RARE_VALUES = 3
/** Words that a few values have, evenly over the recording, the last near its end. */
export const RARE: readonly string[] = [
  'chargeback',
  'quarantine',
  'zookeeper',
  'backordered',
  'misrouted',
  'expropriate',
  'wholesaler',
  'deadlocked',
  'jurisdiction',
  'overdrawn',
]

/** The recording of so many values. Takes some 20 s. */
export async function textRecording(values: number): Promise<KeptRecording> {
  return keptRecording(`text-${values}`, (path) => generate(path, values))
}

async function generate(path: string, values: number): Promise<object> {
  const random = createRandom(9)
  const rig = await createWriterRig(
    path,
    createMovingClock(random, 1_700_000_000_000),
    nodeId('0123456789ab'),
    MAX_BYTES,
  )
  const make = valuesOf(random, values)
  const site = rig.site({ name: 'entry', framework: 'bench' })
  for (let made = 0; made < values; made++) {
    rig.recorder.point(KINDS.log, site, 0, 0, make(made))
    if ((made + 1) % VALUES_PER_COMMIT !== 0) continue
    while (rig.pipeline.drain() > 0);
    rig.pipeline.commit()
  }
  while (rig.pipeline.drain() > 0);
  if (rig.pipeline.accounted !== values || rig.ring.refused > 0 || rig.ring.valuesLost > 0)
    throw new Error('the generated recording is not whole')
  rig.finish()
  return { values }
}

function valuesOf(random: () => number, values: number): (index: number) => object {
  const pick = (from: string): string => from[Math.floor(random() * from.length)]!
  const repeat = (count: number, make: () => string): string[] => Array.from({ length: Math.floor(count) }, make)
  const words = repeat(VOCABULARY, () => repeat(3 + random() * 8, () => pick(LETTERS)).join(''))
  // the first words come up most
  const word = (): string => words[Math.floor(VOCABULARY * random() ** 3)]!
  const rareEvery = Math.floor(values / (RARE.length * RARE_VALUES))
  return (index) => ({
    id: repeat(16, () => pick('0123456789abcdef')).join(''),
    path: `/api/things/${Math.floor(random() * 1e6)}`,
    note: `${repeat(12, word).join(' ')}${index % 5 === 0 ? ` ${COMMON}` : ''}`,
    tag: index % rareEvery === rareEvery - 1 ? RARE[Math.floor(index / rareEvery) % RARE.length] : 'none',
    total: Math.round(random() * 1e6) / 100,
  })
}
