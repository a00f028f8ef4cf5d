/** Where a command writes: data to stdout, messages to stderr. */

import { toJson } from './json.ts'
import { Progress } from './progress.ts'
import { inPlace, type Line, paint, styled } from './styled.ts'

/** A stream as far as the command needs it. */
export interface Output {
  readonly isTTY?: boolean
  readonly columns?: number
  readonly rows?: number
  write(text: string): unknown
  once?(event: 'drain', listener: () => void): unknown
  hasColors?(): boolean
}

/** What a screen is made of. */
export interface ScreenParts {
  readonly stdout: Output
  readonly stderr: Output
  readonly format: 'table' | 'json' | 'ndjson'
  readonly nowMs: number
}

/** See the file's first line. Styled lines are the only text it writes, besides JSON and help. */
export class Screen {
  readonly format: 'table' | 'json' | 'ndjson'
  readonly nowMs: number
  /** Columns of the terminal; Infinity when the output is no terminal. */
  readonly width: number
  readonly #parts: ScreenParts
  #isFull = false
  #progress: Progress | undefined

  constructor(parts: ScreenParts) {
    this.#parts = parts
    this.format = parts.format
    this.nowMs = parts.nowMs
    this.width = parts.stdout.isTTY === true ? Math.max(20, parts.stdout.columns ?? 80) : Infinity
  }

  /** Begins work of which nothing is printed yet; it ends with the first thing that is. */
  beginWork(): void {
    this.#progress = new Progress(this.#parts.stderr)
  }

  /** Says how far the work is. */
  progress(done: number, of: number, what: string): void {
    this.#progress?.tell(done, of, what)
  }

  endWork(): void {
    this.#progress?.[Symbol.dispose]()
    this.#progress = undefined
  }

  /** Prints lines of data. */
  print(...lines: readonly Line[]): void {
    const look = { width: this.width, hasColor: hasColor(this.#parts.stdout) }
    if (lines.length > 0) this.#write(`${lines.map((line) => paint(line, look)).join('\n')}\n`)
  }

  /** Prints one JSON document, over several lines unless the format is NDJSON. */
  json(value: unknown): void {
    this.#write(`${toJson(value, this.format === 'ndjson' ? 0 : 2)}\n`)
  }

  /** Prints one JSON document on a line of its own, whatever the format. */
  jsonLine(value: unknown): void {
    this.#write(`${toJson(value, 0)}\n`)
  }

  /** Prints lines in the place of all that is there, as many as there is room for; where the output is no terminal, below. */
  redraw(...lines: readonly Line[]): void {
    const { stdout } = this.#parts
    if (stdout.isTTY !== true) return this.print(...lines)
    const look = { width: this.width, hasColor: hasColor(stdout) }
    const room = Math.max(1, (stdout.rows ?? 24) - 1)
    this.#write(inPlace(lines.slice(0, room).map((line) => paint(line, look))))
  }

  /** Resolves when whoever reads the output has taken enough of it, since a pipe holds only so much, or when `signal` says to go on. */
  async drained(signal?: AbortSignal): Promise<void> {
    if (!this.#isFull) return
    const { stdout } = this.#parts
    await new Promise<void>((resolve) => {
      const goOn = (): void => {
        signal?.removeEventListener('abort', goOn)
        resolve()
      }
      const taken = (): void => {
        this.#isFull = false
        goOn()
      }
      if (signal?.aborted === true) return goOn()
      signal?.addEventListener('abort', goOn)
      if (stdout.once === undefined) taken()
      else stdout.once('drain', taken)
    })
  }

  /** Output waits for somebody to read it, and would keep the process alive. */
  get isWaiting(): boolean {
    return this.#isFull
  }

  /** Prints text that is made while it is printed, no faster than it is read. */
  async pour(texts: AsyncIterable<string>): Promise<void> {
    for await (const text of texts) {
      this.#write(text)
      await this.drained()
    }
  }

  /** Prints text of our own as it is. */
  help(text: string): void {
    this.#parts.stdout.write(text)
  }

  /** Tells something that is not data. */
  note(text: string): void {
    this.#message([styled('dim', text)])
  }

  /** Tells what was wrong. */
  complain(text: string): void {
    this.#message([styled('red', 'cinescope: '), text])
  }

  #write(text: string): void {
    this.endWork()
    if (this.#parts.stdout.write(text) === false) this.#isFull = true
  }

  #message(line: Line): void {
    const { stderr } = this.#parts
    this.endWork()
    stderr.write(`${paint(line, { width: Infinity, hasColor: hasColor(stderr) })}\n`)
  }
}

/** Only a terminal gets colour; Node's own test respects NO_COLOR and TERM. */
function hasColor(output: Output): boolean {
  return output.isTTY === true && output.hasColors?.() === true
}
