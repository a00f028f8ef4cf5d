/** Many lives of a process that record into one directory and end in every way, a reader of the directory at work all the while. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { statSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { openRecording, type OpenRecording } from '@cinescope/core/reader'
import { recount } from '../../../packages/core/test/badluck/recount.ts'
import { LIFE_BYTES, type Life } from './life.ts'

/** How many, and how long each. */
export interface LivesOrder {
  readonly directory: string
  readonly lives: number
  readonly threads: number
  readonly lifeMs: number
  tell(line: string): void
}

/** Ways to end, and the state that each leaves the recording in. */
const ENDINGS = { stop: 'closed', exit: 'closed', signal: 'closed', kill: 'interrupted' } as const
const PAUSE_MS = 20
/** What a killed writer may leave beside its file: it begins the log anew from 16 MB on, as soon as no reader needs it. */
const MOST_LOG = 33_554_432
/** Beyond the cap: what eight commits may write, and the room that they leave. */
const CAP_SLACK = 2_097_152

/** Runs them one after another. */
export async function soakLives(
  order: LivesOrder,
): Promise<{ readonly figures: string; readonly faults: readonly string[] }> {
  const reader = new DirectoryReader(order.directory)
  const endings = Object.entries(ENDINGS)
  const sum = { threads: 0, films: 0, events: 0 }
  for (let n = 0; n < order.lives; n++) {
    const [ending, state] = endings[n % endings.length]!
    const life = await reader.during(() => live(order, ending))
    const seen = await examine(life, state)
    sum.threads += life.threads
    sum.films += life.films
    sum.events += seen.events
    reader.faults.push(...seen.faults.map((fault) => `life ${n + 1}, ${ending}: ${fault}`))
    order.tell(
      `life ${n + 1}/${order.lives}, ${ending}: ${life.films} films, ${life.threads} threads, ${seen.events} events`,
    )
  }
  await reader.close()
  const figures = `${order.lives} lives in one directory: ${sum.threads} threads, ${sum.films} films of main threads, ${sum.events} events, ${reader.questions} questions meanwhile`
  return { figures, faults: reader.faults }
}

async function live({ directory, threads, lifeMs }: LivesOrder, ending: string): Promise<Life> {
  const program = fileURLToPath(new URL('../programs/life.ts', import.meta.url))
  const args = ['--conditions=@cinescope/source', program, directory, String(threads), String(lifeMs), ending]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'close')
  const life = await lifeOf(child)
  await ended
  return life
}

/** stdout is a pipe, as asked for above. */
async function lifeOf(child: ChildProcess): Promise<Life> {
  for await (const line of createInterface({ input: child.stdout! })) return JSON.parse(line) as Life
  throw new Error('a life ended before it told of itself')
}

/** The recording it left, against the file itself. */
async function examine(
  { path, films, faults: internal }: Life,
  state: string,
): Promise<{ events: number; faults: string[] }> {
  const faults = internal === 0 ? [] : [`${internal} internal faults`]
  await using recording = openRecording(path)
  const status = await recording.status()
  const ledger = await recording.ledger()
  const counted = recount(path)
  if (status.state !== state) faults.push(`the recording is ${status.state}, not ${state}`)
  if (counted.events !== ledger.stored)
    faults.push(`${ledger.stored} stored by the ledger, ${counted.events} in the file`)
  if (counted.integrity !== 'ok') faults.push(`integrity_check: ${counted.integrity}`)
  if (ledger.pending !== 0) faults.push(`${ledger.pending} pending`)
  const [file, log] = [bytesAt(path), bytesAt(`${path}-wal`)]
  if (file > LIFE_BYTES + CAP_SLACK) faults.push(`${file} bytes, but ${LIFE_BYTES} were allowed`)
  if (log > MOST_LOG) faults.push(`a log of ${log} bytes`)
  if (ledger.stored === 0) faults.push(`nothing is stored of ${ledger.produced} events: names have taken all the room`)
  // two spans, a log and a state each, whatever became of them
  if (ledger.produced < films * 6) faults.push(`${films} films, but ${ledger.produced} events`)
  return { events: ledger.produced, faults }
}

/** What a directory is without a recording, and with one whose schema is being made. */
const NOT_YET: ReadonlySet<unknown> = new Set(['CSC_ERR_NO_RECORDING', 'CSC_ERR_FORMAT'])

class DirectoryReader {
  readonly faults: string[] = []
  questions = 0
  readonly #directory: string
  #recording: OpenRecording | undefined

  constructor(directory: string) {
    this.#directory = directory
  }

  /** Asks the directory again and again while `work` is under way. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    const done = { yet: false }
    const working = work().finally(() => (done.yet = true))
    while (!done.yet) {
      await this.#ask()
      await setTimeout(PAUSE_MS)
    }
    return working
  }

  async close(): Promise<void> {
    await this.#recording?.close()
  }

  async #ask(): Promise<void> {
    try {
      this.#recording ??= openRecording(this.#directory)
      await this.#questions(this.#recording)
    } catch (thrown) {
      const { code } = thrown as { readonly code?: unknown }
      // when retention was faster than the question, and before the first life has made its file
      if (code === 'CSC_ERR_NOT_FOUND' || (this.questions === 0 && NOT_YET.has(code))) return
      this.faults.push(`a reader was told: ${String(thrown)}`)
    }
  }

  async #questions(recording: OpenRecording): Promise<void> {
    const ledger = await recording.ledger()
    const sum = ledger.rows.reduce((all, { count }) => all + count, 0)
    if (sum + ledger.pending !== ledger.produced) this.faults.push(`${ledger.produced} produced, ${sum} accounted for`)
    if (ledger.rows.some(({ count }) => count < 0)) this.faults.push('the ledger is below zero')
    const events = await recording.events({ limit: 200, order: '-time' })
    const films = await recording.films({ limit: 50 })
    if (events.explain.corrupt + films.explain.corrupt > 0) this.faults.push('something was corrupt to a reader')
    const { unread = [] } = await recording.status()
    // a file that is just being made has no schema yet
    for (const { message } of unread.slice(1)) this.faults.push(`not read: ${message}`)
    const film = films.items.at(-1)
    if (film !== undefined) await recording.film(film.id)
    this.questions += 5
  }
}

function bytesAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}
