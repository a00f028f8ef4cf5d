/**
 * Recordings damaged in their rows, blocks, pages, schema and log, each asked every question and read by every command, in a
 * process that may write nowhere else, start nothing, and has 192 MB of heap, 256 MB in all, and 30 s.
 */

import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chance } from '../../packages/core/test/badluck/chance.ts'
import { temporaryDirectory } from '../../packages/core/test/badluck/programs.ts'
import { writeFiles } from '../../packages/core/test/badluck/fuzz/copy.ts'
import { faultKey, Fuzzer, type FuzzResult } from '../../packages/core/test/badluck/fuzz/fuzz.ts'
import { makeShapes } from '../../packages/core/test/badluck/fuzz/shapes.ts'
import type { Torture, TortureCall, Verdict } from './torture.ts'

const MINUTES = 10
const QUICK_MINUTES = 0.02
/** Different faults that are made small and saved. */
const MOST_SAVED = 50
const TELL_EVERY = 500

/** See above. */
export const fuzz: Torture = {
  name: 'fuzz',
  about: 'damaged recordings, for 10 minutes',
  async run(call) {
    await using directory = await temporaryDirectory()
    const shapes = await makeShapes(directory.path)
    await using fuzzer = new Fuzzer(shapes, directory.path)
    const series = new Series(fuzzer, call)
    for (const { name } of shapes) await series.take(await fuzzer.run({ shape: name, operations: [] }), true)
    const random = chance(call.seed)
    const minutes = call.minutes ?? (call.isQuick ? QUICK_MINUTES : MINUTES)
    for (const until = performance.now() + minutes * 60_000; performance.now() < until;) {
      await series.take(await fuzzer.run(fuzzer.draw(random)))
    }
    return series.verdict()
  },
}

class Series {
  readonly #fuzzer: Fuzzer
  readonly #call: TortureCall
  readonly #tally = { refused: 0, noticed: 0, unnoticed: 0, died: 0 }
  readonly #faults = new Map<string, string>()
  #cases = 0
  #answers = 0
  #maxRssMb = 0
  #slowestMs = 0
  #saved: string | undefined

  constructor(fuzzer: Fuzzer, call: TortureCall) {
    this.#fuzzer = fuzzer
    this.#call = call
  }

  /** Counts a result; a fault that is new is made small and saved. `isSound`: nothing was damaged, so nothing may be noticed. */
  async take(result: FuzzResult, isSound = false): Promise<void> {
    const { reading, fault } = result
    this.#cases++
    const fate = fateOf(reading)
    this.#tally[fate]++
    if (typeof reading !== 'string') {
      this.#answers += reading.answers
      this.#maxRssMb = Math.max(this.#maxRssMb, reading.maxRssMb)
      this.#slowestMs = Math.max(this.#slowestMs, reading.slowestMs)
    }
    if (isSound && fate !== 'unnoticed')
      this.#faults.set(`sound ${result.case.shape}`, `the sound recording '${result.case.shape}' is ${fate}`)
    if (fault !== undefined) await this.#keep(result, fault)
    if (this.#cases % TELL_EVERY === 0) this.#call.tell(`${this.#cases} recordings, ${this.#faults.size} faults`)
  }

  verdict(): Verdict {
    const { refused, noticed, unnoticed, died } = this.#tally
    const fates = `${refused} refused, ${noticed} read with gaps or errors, ${unnoticed} read whole, ${died} without an end`
    const costs = `${this.#answers} answers, the slowest ${this.#slowestMs} ms, ${this.#maxRssMb} MB resident at most`
    return { figures: `${this.#cases} damaged recordings: ${fates}; ${costs}`, faults: [...this.#faults.values()] }
  }

  async #keep(result: FuzzResult, fault: string): Promise<void> {
    const key = faultKey(fault)
    if (this.#faults.has(key) || this.#faults.size >= MOST_SAVED) return
    const smallest = await this.#fuzzer.minimise(result)
    const text = JSON.stringify(smallest.case)
    this.#faults.set(key, `${smallest.fault ?? fault}; ${text}; ${this.#save(smallest)}`)
    this.#call.tell(`FAULT ${fault.slice(0, 500)}\n  ${text}`)
  }

  /** Keeps the files, from which a regression test is made. */
  #save({ case: fuzzCase }: FuzzResult): string {
    this.#saved ??= mkdtempSync(join(tmpdir(), 'cinescope-fuzz-faults-'))
    const place = join(this.#saved, String(this.#faults.size + 1))
    mkdirSync(place)
    writeFiles(place, this.#fuzzer.filesOf(fuzzCase))
    writeFileSync(join(place, 'case.json'), JSON.stringify(fuzzCase))
    return place
  }
}

function fateOf(reading: FuzzResult['reading']): 'refused' | 'noticed' | 'unnoticed' | 'died' {
  if (typeof reading === 'string') return 'died'
  if (!reading.opened) return 'refused'
  return reading.corrupt > 0 || reading.codes.some((code) => !ORDINARY.has(code)) ? 'noticed' : 'unnoticed'
}

/** Of questions after what is not there, first digits that two films have, a diff of films of two processes: nothing is wrong then. */
const ORDINARY: ReadonlySet<string> = new Set(['CSC_ERR_NOT_FOUND', 'CSC_ERR_AMBIGUOUS', 'CSC_ERR_QUERY'])
