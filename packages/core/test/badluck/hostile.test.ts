import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { flipRun } from './flips.ts'
import { type Fate, HOSTILE_CASES } from './hostile-cases.ts'
import { type TemporaryDirectory, temporaryDirectory } from './programs.ts'
import { faultOf, ReaderProcess, type Reading } from './reader.ts'
import { copyPath, sampleRecording } from './sample.ts'

let directory: TemporaryDirectory
let sample: string
let reader: ReaderProcess

beforeAll(async () => {
  directory = await temporaryDirectory()
  sample = await sampleRecording(directory.path)
  reader = new ReaderProcess()
})

afterAll(async () => {
  await reader[Symbol.asyncDispose]()
  await directory[Symbol.asyncDispose]()
})

async function read(path: string): Promise<Reading> {
  const reading = await reader.read(path)
  expect(faultOf(reading)).toBeUndefined()
  return reading as Reading
}

function expectFate(reading: Reading, fate: Fate): void {
  if (fate === 'survived') return
  if (fate === 'counted') expect(reading).toMatchObject({ opened: true, corrupt: expect.toSatisfy((n) => n > 0) })
  else if ('refused' in fate) expect(reading).toMatchObject({ opened: false, codes: [fate.refused] })
  else expect(reading).toMatchObject({ opened: true, codes: expect.arrayContaining([fate.coded]) })
}

describe('a reader of hostile recordings', () => {
  it('reads the sound recording that the others are made from', async () => {
    expect(await read(sample)).toMatchObject({ opened: true, codes: ['CSC_ERR_NOT_FOUND'], corrupt: 0 })
  })

  // every command line reads each: on a busy machine that takes its time
  it.for(HOSTILE_CASES)('$name', { timeout: 60_000 }, async ({ name, make, fate }) => {
    const path = copyPath(directory.path, name)
    make(sample, path)
    expectFate(await read(path), fate)
  })

  it('truncated anywhere, it is refused or read with gaps', async () => {
    const whole = readFileSync(sample)
    const path = copyPath(directory.path, 'truncated')
    const step = Math.ceil(whole.length / 60)
    for (let length = 0; length < whole.length; length += step) {
      writeFileSync(path, whole.subarray(0, length + (length % 7)))
      await read(path)
    }
  })

  it.for([1, 2, 3])('damaged at random in 150 copies, it is refused or read with gaps, seed %d', async (seed) => {
    expect(await flipRun(seed, 150)).toMatchObject({ faults: [] })
  })
})
