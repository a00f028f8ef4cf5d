/** Entities that some films touched, and which of their rows tell what their states were meanwhile. */

import { BLOOM_SALT, bloomMayHold, kindOf, KINDS, type Rows } from '@cinescope/protocol'
import type { SegmentEntry } from '../../store/event-store.ts'

/** Rows that tell of an entity itself. */
const OWN: ReadonlySet<number> = new Set([
  KINDS['state.snapshot'],
  KINDS['state.patch'],
  KINDS['entity.born'],
  KINDS['entity.died'],
])

/** See above. */
export class Touched {
  readonly entities: Set<number> = new Set<number>()
  /** The last snapshot before the first film, by entity, in ns. */
  readonly #since = new Map<number, number>()
  #from = Infinity
  #to = -Infinity

  /** One film lasted from then to then, in ns. */
  during(from: number, to: number): void {
    this.#from = Math.min(this.#from, from)
    this.#to = Math.max(this.#to, to)
  }

  /** A row of a film. */
  touch(rows: Rows, row: number): void {
    if (rows.subject[row] !== 0) this.entities.add(rows.subject[row]!)
  }

  /** Notes the snapshots of a segment that come before the films. */
  lookFor(rows: Rows): void {
    for (let row = 0; row < rows.length; row++) {
      const [subject, time] = [rows.subject[row]!, rows.time[row]!]
      if (kindOf(rows.word[row]!) !== KINDS['state.snapshot'] || time > this.#from || !this.entities.has(subject))
        continue
      this.#since.set(subject, Math.max(time, this.#since.get(subject) ?? -Infinity))
    }
  }

  /** True for a row by which a state during the films is told: the last snapshot before, and all that came until their end. */
  keeps(rows: Rows, row: number): boolean {
    const subject = rows.subject[row]!
    if (subject === 0 || !this.entities.has(subject) || !OWN.has(kindOf(rows.word[row]!))) return false
    const time = rows.time[row]!
    const isBirth = kindOf(rows.word[row]!) === KINDS['entity.born']
    return time <= this.#to && (isBirth || time >= (this.#since.get(subject) ?? -Infinity))
  }

  /** False for a segment that holds nothing of the entities. */
  mayBeIn({ bloom, summary }: SegmentEntry): boolean {
    if (summary.timeLow > this.#to) return false
    for (const entity of this.entities) if (bloomMayHold(bloom, BLOOM_SALT.subject, entity)) return true
    return false
  }
}
