/** Something that lives beside the program, a child process or a thread: an entity, and inside a film also a span. */

import { type Entity, FLAG, KINDS } from '@cinescope/protocol'
import type { Probe } from '../capture/probe.ts'
import type { Span } from '../capture/span.ts'
import type { Attributes } from '../value/attributes.ts'

/** What it is: kind of its span and of its entity alike. */
export type LivingKind = 'process' | 'thread'

/** What lives. */
export interface Living {
  readonly id: string
  readonly value: Attributes
}

/** From the moment it was started. The span says how long the film's part of the program had it; the entity outlives the film. */
export class Lifetime {
  readonly #probe: Probe
  readonly #kind: LivingKind
  readonly #span: Span | undefined
  #living: Living | undefined
  #born = 0

  constructor(probe: Probe, kind: LivingKind, name: string) {
    this.#probe = probe
    this.#kind = kind
    const parent = probe.current()
    const site = probe.site({ name, framework: 'node' })
    this.#span = parent === undefined ? undefined : probe.open(KINDS[kind], site, parent)
  }

  /** It is known now what it is. */
  born(living: Living): void {
    this.#living = living
    this.#born = this.#point(KINDS['entity.born'], living, living.value, 0, 0)
  }

  /** It could not be started, or failed. */
  failed(error: unknown): void {
    if (this.#span?.isOpen === true) this.#span.error(error)
    else this.#probe.point(undefined, KINDS.error, 0, error === undefined ? null : error, 0, this.#born)
  }

  /** It is over. `code` is its exit code; `isFailure` where that stands for one. */
  died(code: number, isFailure: boolean, outcome: Attributes): void {
    const living = this.#living
    this.#living = undefined
    if (living !== undefined) {
      this.#point(KINDS['entity.died'], living, outcome, code, this.#born)
      this.#probe.freeEntity(this.#entityOf(living))
    }
    this.#span?.end(code, FLAG.async | (isFailure ? FLAG.error : 0), outcome)
  }

  #entityOf({ id }: Living): Entity {
    return { kind: this.#kind, scope: this.#probe.node, id }
  }

  #point(kind: number, living: Living, value: Attributes, number: number, cause: number): number {
    const probe = this.#probe
    const subject = probe.entity(this.#entityOf(living))
    const span = this.#span
    const flags = span === undefined ? FLAG.parentOrphan : 0
    return probe.point(span, kind, 0, value, number, cause, subject, flags)
  }
}
