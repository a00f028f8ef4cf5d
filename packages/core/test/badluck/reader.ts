/** Reads recordings in a process of its own, whose memory and time are bounded. */

import { once } from 'node:events'
import { createInterface, type Interface } from 'node:readline'
import type { ChildProcess } from 'node:child_process'
import { startProgram } from './programs.ts'

/** What one recording did to its reader. */
export interface Reading {
  readonly path: string
  readonly opened: boolean
  readonly codes: readonly string[]
  /** Errors that were no CinescopeError: bugs. */
  readonly uncoded: readonly string[]
  readonly corrupt: number
  readonly answers: number
  /** The question or command that took longest. */
  readonly slowest: string
  readonly slowestMs: number
  readonly elapsedMs: number
  readonly maxRssMb: number
}

/** Largest resident size a reader may reach, whatever it reads. */
const MAX_RSS_MB = 256

/** A reader that has grown beyond this makes room for another. */
const FRESH_RSS_MB = 190

/** So that garbage which nobody has had to collect yet does not count as what reading takes. */
const SMALL_HEAP = ['--max-old-space-size=128', '--max-semi-space-size=4']

/** A reader process, used for one recording after another. */
export class ReaderProcess implements AsyncDisposable {
  readonly #start: () => ChildProcess
  #child: ChildProcess | undefined
  #lines: AsyncIterator<string> | undefined
  #interface: Interface | undefined
  #stderr = ''

  #readings = 0

  /** `start` runs the program `reads` in another way than as it is. */
  constructor(
    start: () => ChildProcess = () => startProgram('reads', [], { stdio: ['pipe', 'pipe', 'pipe'] }, SMALL_HEAP),
  ) {
    this.#start = start
  }

  /** Reads one recording; a reader that dies or takes longer gives a fault and is replaced. */
  async read(path: string, timeoutMs = 20_000): Promise<Reading | string> {
    let reading = await this.#read(path, timeoutMs)
    // garbage of earlier recordings is not held against this one
    if (typeof reading !== 'string' && reading.maxRssMb > MAX_RSS_MB && this.#readings > 1) {
      await this.#end()
      reading = await this.#read(path, timeoutMs)
    }
    if (typeof reading !== 'string' && reading.maxRssMb > FRESH_RSS_MB) await this.#end()
    return reading
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end()
  }

  async #read(path: string, timeoutMs: number): Promise<Reading | string> {
    const { child, lines } = this.#started()
    child.stdin?.write(`${path}\n`)
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<'late'>((resolve) => (timer = setTimeout(() => resolve('late'), timeoutMs)))
    const next = await Promise.race([lines.next(), late])
    clearTimeout(timer)
    if (next === 'late') {
      await this.#end()
      return `no answer in ${timeoutMs} ms`
    }
    if (next.done === true) {
      const end = `the reader died (${child.exitCode ?? child.signalCode}): ${this.#stderr.slice(-500)}`
      await this.#end()
      return end
    }
    this.#readings++
    return JSON.parse(next.value) as Reading
  }

  #started(): { child: ChildProcess; lines: AsyncIterator<string> } {
    if (this.#child === undefined || this.#lines === undefined) {
      this.#child = this.#start()
      this.#stderr = ''
      this.#readings = 0
      this.#child.stderr?.on('data', (text) => (this.#stderr += String(text)))
      // a reader that has died is noticed by its closed output
      this.#child.stdin?.on('error', () => undefined)
      // stdout is a pipe, as asked for above
      this.#interface = createInterface({ input: this.#child.stdout! })
      this.#lines = this.#interface[Symbol.asyncIterator]()
    }
    return { child: this.#child, lines: this.#lines }
  }

  async #end(): Promise<void> {
    const child = this.#child
    this.#child = undefined
    this.#lines = undefined
    this.#interface?.close()
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const closed = once(child, 'close')
    child.kill('SIGKILL')
    await closed
  }
}

/** What is wrong with how a recording was read; undefined when nothing is. */
export function faultOf(reading: Reading | string): string | undefined {
  if (typeof reading === 'string') return reading
  if (reading.uncoded.length > 0) return `errors without a code: ${reading.uncoded.join(' | ')}`
  if (reading.maxRssMb > MAX_RSS_MB) return `${reading.maxRssMb} MB resident`
  return undefined
}
