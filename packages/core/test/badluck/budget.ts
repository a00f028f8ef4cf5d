/** A recording that is written as fast as it goes under a small budget while two processes read it: file and log are measured all the time. */

import { once } from 'node:events'
import { statSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { openRecording } from '@cinescope/core/reader'
import { startProgram, temporaryDirectory } from './programs.ts'
import { recount } from './recount.ts'

/** How much. */
export interface BudgetOrder {
  readonly maxBytes: number
  readonly events: number
  /** Told how it goes on, every 10 s. */
  tell?(line: string): void
}

/** What was measured. */
export interface BudgetVerdict {
  readonly events: number
  readonly pruned: number
  readonly dropped: number
  readonly samples: number
  readonly questions: number
  /** Bytes of file and log together, and of each. */
  readonly most: { readonly sum: number; readonly file: number; readonly log: number }
  /** Resident bytes of the writing process before its first event, and again and again from the first removal on. */
  readonly rss: { readonly before: number; readonly samples: readonly number[] }
  /** Those of a reader that stays open, after each of its rounds, and the events that its tail gave. */
  readonly reader: { readonly rss: readonly number[]; readonly tailed: number }
  readonly seconds: number
  readonly faults: readonly string[]
}

/** Of the budget: what the largest commits may take beyond it. */
const MOST = 1.1
const SAMPLE_MS = 2
/** V8 lets the young generation of a busy program grow by many MB at once, which would hide what stays behind. */
const STEADY_HEAP = ['--expose-gc', '--max-semi-space-size=4']
/** One asks for all there is, again and again; one stays open, as somebody who looks on would leave it. */
const READERS = ['busy-reader', 'open-reader']

interface Ended {
  readonly stored: number
  readonly pruned: number
  readonly dropped: number
  readonly produced: number
  readonly pending: number
  readonly faults: readonly { readonly message: string }[]
  readonly rss: readonly number[]
}

/** Runs it. */
export async function budgetRun({ maxBytes, events, tell }: BudgetOrder): Promise<BudgetVerdict> {
  await using directory = await temporaryDirectory()
  const started = performance.now()
  const args = [directory.path, `${maxBytes}`, `${events}`]
  const writer = startProgram('budgeted', args, { stdio: ['ignore', 'pipe', 'inherit'] }, STEADY_HEAP)
  const output = createInterface({ input: writer.stdout! })[Symbol.asyncIterator]()
  const { path, rss: before } = JSON.parse(String((await output.next()).value)) as { path: string; rss: number }
  const readers = READERS.map((name) => startProgram(name, [path], { stdio: ['pipe', 'pipe', 'inherit'] }, STEADY_HEAP))
  const told = readers.map((reader) => textOf(reader.stdout!))
  const sampler = new Sampler(path, tell)
  const last = output.next().finally(() => sampler.stop())
  await sampler.run()
  const { value } = await last
  for (const reader of readers) reader.stdin!.end()
  const readings = (await Promise.all(told)).map((text) => (text === '' ? undefined : (JSON.parse(text) as Reading)))
  const open = readings.find((reading) => reading?.rss !== undefined)
  const ended = value === undefined ? undefined : (JSON.parse(String(value)) as Ended)
  const faults: string[] = []
  if (ended === undefined) faults.push('the writing process ended early')
  if (readings.includes(undefined)) faults.push('a reader ended early')
  if (readings.some((reading) => (reading?.corrupt ?? 0) > 0)) faults.push('something was corrupt to a reader')
  const { most, samples } = sampler
  if (most.sum > maxBytes * MOST) faults.push(`file and log took ${most.sum} bytes of ${maxBytes}`)
  if (ended !== undefined) faults.push(...(await ledgerFaults(path, ended)))
  return {
    events: ended?.produced ?? 0,
    pruned: ended?.pruned ?? 0,
    dropped: ended?.dropped ?? 0,
    samples,
    questions: readings.reduce((sum, reading) => sum + (reading?.questions ?? 0), 0),
    most,
    rss: { before, samples: ended?.rss ?? [] },
    reader: { rss: open?.rss ?? [], tailed: open?.tailed ?? 0 },
    seconds: (performance.now() - started) / 1000,
    faults,
  }
}

interface Reading {
  readonly questions: number
  readonly corrupt: number
  /** Of one that stays open. */
  readonly rss?: readonly number[]
  readonly tailed?: number
}

class Sampler {
  samples = 0
  readonly most = { sum: 0, file: 0, log: 0 }
  readonly #path: string
  readonly #tell: ((line: string) => void) | undefined
  #isOver = false

  constructor(path: string, tell: ((line: string) => void) | undefined) {
    this.#path = path
    this.#tell = tell
  }

  stop(): void {
    this.#isOver = true
  }

  async run(): Promise<void> {
    let toldAt = performance.now()
    while (!this.#isOver) {
      const [file, log] = [sizeOf(this.#path), sizeOf(`${this.#path}-wal`)]
      const { most } = this
      most.sum = Math.max(most.sum, file + log)
      most.file = Math.max(most.file, file)
      most.log = Math.max(most.log, log)
      this.samples++
      await setTimeout(SAMPLE_MS)
      if (performance.now() - toldAt < 10_000) continue
      toldAt = performance.now()
      this.#tell?.(`file ${file}, log ${log}, at most ${most.sum} together`)
    }
  }
}

async function ledgerFaults(
  path: string,
  { stored, pruned, dropped, produced, pending, faults }: Ended,
): Promise<string[]> {
  const found = faults.map(({ message }) => `the writer reports: ${message}`)
  if (pending !== 0) found.push(`${pending} pending after a flush`)
  if (stored + pruned + dropped !== produced)
    found.push(`${produced} produced, ${stored + pruned + dropped} accounted for`)
  await using recording = openRecording(path)
  const ledger = await recording.ledger()
  const counted = recount(path)
  if (counted.integrity !== 'ok') found.push(`integrity_check: ${counted.integrity}`)
  if (counted.events !== ledger.stored)
    found.push(`${ledger.stored} stored by the ledger, ${counted.events} in the file`)
  if (ledger.produced < produced) found.push(`${produced} produced, the ledger says ${ledger.produced}`)
  return found
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  let text = ''
  stream.setEncoding('utf8').on('data', (part: string) => (text += part))
  await once(stream, 'end')
  return text
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}
