/** Random damage to a small recording, by the hundred, read in a process of its own. */

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { chance } from './chance.ts'
import { temporaryDirectory } from './programs.ts'
import { faultOf, ReaderProcess, type Reading } from './reader.ts'
import { sampleRecording } from './sample.ts'

/** What came of a series of damaged copies. */
export interface FlipVerdict {
  readonly line: string
  readonly faults: readonly string[]
}

/** Reads `copies` copies of a recording, each with some random bytes changed. The same seed damages the same places. */
export async function flipRun(seed: number, copies: number): Promise<FlipVerdict> {
  await using directory = await temporaryDirectory()
  const original = readFileSync(await sampleRecording(directory.path, 25))
  await using reader = new ReaderProcess()
  const random = chance(seed)
  const faults: string[] = []
  const tally = { refused: 0, noticed: 0, unnoticed: 0 }
  let maxRssMb = 0
  const path = join(directory.path, 'flipped.cine')
  for (let copy = 0; copy < copies; copy++) {
    const damage = damageOf(original, random)
    writeFileSync(path, damage.bytes)
    const reading = await reader.read(path)
    const fault = faultOf(reading)
    if (fault !== undefined) faults.push(`seed ${seed}, copy ${copy} (${damage.text}): ${fault}`)
    if (typeof reading === 'string') continue
    maxRssMb = Math.max(maxRssMb, reading.maxRssMb)
    tally[fateOf(reading)]++
  }
  const figures = `seed ${seed}: ${copies} damaged copies, ${tally.refused} refused, ${tally.noticed} read with gaps or errors, ${tally.unnoticed} read whole, ${maxRssMb} MB at most`
  return { line: faults.length === 0 ? `ok    ${figures}` : `FAIL  ${figures}: ${faults.join('; ')}`, faults }
}

function fateOf(reading: Reading): 'refused' | 'noticed' | 'unnoticed' {
  if (!reading.opened) return 'refused'
  return reading.corrupt > 0 || reading.codes.some((code) => code !== 'CSC_ERR_NOT_FOUND') ? 'noticed' : 'unnoticed'
}

/** A few single bits, a run of random bytes, or a run of zeros or ones. */
function damageOf(original: Uint8Array, random: () => number): { readonly bytes: Uint8Array; readonly text: string } {
  const bytes = Uint8Array.from(original)
  const at = (): number => Math.floor(random() * bytes.length)
  const kind = random()
  if (kind < 0.6) {
    const flips = 1 + Math.floor(random() * 8)
    for (let i = 0; i < flips; i++) {
      const place = at()
      bytes[place] = bytes[place]! ^ (1 << Math.floor(random() * 8))
    }
    return { bytes, text: `${flips} bits` }
  }
  const from = at()
  const to = Math.min(bytes.length, from + 1 + Math.floor(random() * 64))
  for (let i = from; i < to; i++) bytes[i] = kind < 0.8 ? Math.floor(random() * 256) : kind < 0.9 ? 0 : 255
  return { bytes, text: `bytes ${from} to ${to}` }
}
