/** The strands of all threads that record now, as one. */

import type { Strand } from './strand.ts'
import { STATUS } from '../base/status.ts'

/** A figure that is a sum over threads. */
export type SummedFigure = (typeof SUMMED)[number]

/** See the file's first line. The first is that of the thread which started the recording. */
export class Strands {
  readonly #strands: Strand[]
  /** Figures of threads that have ended. */
  readonly #retired = new Map<SummedFigure, number>()
  #retiredCommits = 0

  constructor(main: Strand) {
    this.#strands = [main]
  }

  get main(): Strand {
    // it is never removed
    return this.#strands[0]!
  }

  add(strand: Strand): void {
    this.#strands.push(strand)
  }

  [Symbol.iterator](): Iterator<Strand> {
    return this.#strands.values()
  }

  /** Takes out a strand after its last commit. */
  remove(strand: Strand): void {
    this.#strands.splice(this.#strands.indexOf(strand), 1)
    for (const figure of SUMMED) this.#retired.set(figure, this.total(figure, [strand]))
    this.#retiredCommits += strand.commits
  }

  /** Records in all rings. */
  backlog(): number {
    return this.#strands.reduce((sum, strand) => sum + strand.backlog(), 0)
  }

  get isDirty(): boolean {
    return this.#strands.some((strand) => strand.isDirty)
  }

  /** See `Strand.isHolding`. */
  get isHolding(): boolean {
    return this.#strands.some((strand) => strand.isHolding)
  }

  /** Commits of all threads so far. */
  get commits(): number {
    return this.#strands.reduce((sum, strand) => sum + strand.commits, this.#retiredCommits)
  }

  /** Sum of a figure over all threads so far. */
  total(figure: SummedFigure, running: readonly Strand[] = this.#strands): number {
    return running.reduce((sum, { figures }) => sum + (figures[STATUS[figure]] ?? 0), this.#retired.get(figure) ?? 0)
  }
}

/** Figures that are sums over threads. */
const SUMMED = [
  'probeCpuMs',
  'valuesLost',
  'uninterned',
  'failures',
  'ringGrown',
  'spansThinned',
  'valuesThinned',
] as const
