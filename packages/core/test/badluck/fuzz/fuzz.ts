/** Damages recordings, has each read by a process that is bounded, and makes what goes wrong as small as it can be. */

import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { startProgram } from '../programs.ts'
import { faultOf, ReaderProcess, type Reading } from '../reader.ts'
import { type Files, type Shape, writeFiles } from './copy.ts'
import { damaged, drawOperations, type Operation } from './operations.ts'
import { intBelow, pick, type Random } from './random.ts'

/** A damaged recording, as it can be made again from the shapes. */
export interface FuzzCase {
  readonly shape: string
  readonly operations: readonly Operation[]
}

/** What its reader did. */
export interface FuzzResult {
  readonly case: FuzzCase
  readonly reading: Reading | string
  /** What is wrong with that; undefined when nothing is. */
  readonly fault: string | undefined
}

/** What is alike in faults of one kind: numbers and names differ from one to the next. */
export function faultKey(fault: string): string {
  return fault.replaceAll(/\d+|'[^']*'|"[^"]*"/g, '').slice(0, 120)
}

/** Slowest answer of the reader that is taken, on a machine that does other things too. */
const MAX_ANSWER_MS = 10_000
const TIMEOUT_MS = 30_000
const HEAP_MB = 192

/** Reads damaged recordings in `directory`, which is its own. */
export class Fuzzer implements AsyncDisposable {
  readonly #shapes: readonly Shape[]
  readonly #directory: string
  readonly #reader: ReaderProcess

  constructor(shapes: readonly Shape[], directory: string) {
    this.#shapes = shapes
    this.#directory = join(directory, 'case')
    this.#reader = new ReaderProcess(() => startReader(this.#directory))
  }

  /** Draws a case. */
  draw(random: Random): FuzzCase {
    const shape = pick(random, this.#shapes)
    return { shape: shape.name, operations: intBelow(random, 50) === 0 ? [] : drawOperations(random) }
  }

  /** Makes it and has it read. */
  async run(fuzzCase: FuzzCase): Promise<FuzzResult> {
    const { files, shape } = this.#make(fuzzCase)
    writeFiles(this.#directory, files)
    const reading = await this.#reader.read(join(this.#directory, shape.opened), TIMEOUT_MS)
    const fault = faultOf(reading) ?? slownessOf(reading) ?? this.#changes(files)
    return { case: fuzzCase, reading, fault }
  }

  /** The same fault with as few operations as will do. */
  async minimise(result: FuzzResult): Promise<FuzzResult> {
    let smallest = result
    const key = faultKey(result.fault ?? '')
    for (let at = 0; at < smallest.case.operations.length;) {
      const operations = smallest.case.operations.toSpliced(at, 1)
      const tried = await this.run({ ...smallest.case, operations })
      if (tried.fault !== undefined && faultKey(tried.fault) === key) smallest = tried
      else at++
    }
    return smallest
  }

  /** The files of a case. */
  filesOf(fuzzCase: FuzzCase): Files {
    return this.#make(fuzzCase).files
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#reader[Symbol.asyncDispose]()
  }

  #make({ shape: name, operations }: FuzzCase): { files: Files; shape: Shape } {
    const shape = this.#shapes.find((each) => each.name === name)
    if (shape === undefined) throw new Error(`no shape ${name}`)
    return { files: damaged(shape, operations, this.#shapes), shape }
  }

  /** Reading changes no file, and makes none but those that SQLite needs to read a log. */
  #changes(files: Files): string | undefined {
    const there = readdirSync(this.#directory)
    const more = there.filter((name) => !files.has(name) && !/-(wal|shm)$/.test(name))
    const changed = [...files].filter(
      ([name, bytes]) => !/-(wal|shm)$/.test(name) && !isSame(this.#directory, name, bytes),
    )
    if (more.length > 0) return `reading made files: ${more.join(', ')}`
    return changed.length === 0 ? undefined : `reading changed files: ${changed.map(([name]) => name).join(', ')}`
  }
}

/** It may read everything, write in its own directory, and start nothing. */
function startReader(directory: string): ReturnType<typeof startProgram> {
  const bounds = [
    `--max-old-space-size=${HEAP_MB}`,
    '--permission',
    '--allow-fs-read=*',
    `--allow-fs-write=${directory}`,
  ]
  return startProgram('reads', ['--commands'], { stdio: ['pipe', 'pipe', 'pipe'] }, bounds)
}

function slownessOf(reading: Reading | string): string | undefined {
  if (typeof reading === 'string' || reading.slowestMs <= MAX_ANSWER_MS) return undefined
  return `${reading.slowest} took ${reading.slowestMs} ms`
}

function isSame(directory: string, name: string, bytes: Uint8Array): boolean {
  try {
    return digest(readFileSync(join(directory, name))) === digest(bytes)
  } catch {
    return false
  }
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
