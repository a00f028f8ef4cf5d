/** What a descent has come to so far, by what way, and where it has to go on. */

import { kindOf, KINDS, type NodeId, seq as seqOf, type SpanId, spanIdOf, type WallMs } from '@cinescope/protocol'
import { pushTo } from '../../base/push-to.ts'
import type { Arrival, Seed } from './spread.ts'

/** An event that was come to. */
export interface Reached extends Seed {
  readonly id: SpanId
  readonly home: NodeId
  /** Seq of its root, 0 for none. */
  readonly root: number
  readonly at: WallMs
  readonly depth: number
}

/** An event whose process is known. */
export interface Place extends Seed {
  readonly home: NodeId
  readonly root: number
  readonly at: WallMs
}

interface Distant extends Place {
  readonly depth: number
}

/** A named cause. */
export interface NamedCause {
  readonly effect: SpanId
  readonly home: NodeId
  readonly thread: number
  /** Seq of the cause. */
  readonly cause: number
}

/** More of these than a question comes to events: some of them are beyond, whatever ways are found yet. */
const MAX_BEYOND = 200_000

/** See above. */
export class Journey {
  readonly reached: Map<SpanId, Reached> = new Map()
  /** Who sent a root its trace, by the root. */
  readonly senders: Map<SpanId, SpanId> = new Map()
  /** Causes that rows name beside their parents. */
  readonly causes: Map<SpanId, NamedCause> = new Map()
  readonly #depth: number
  /** What has been come to by ways longer than `depth` only. */
  readonly #beyond = new Set<SpanId>()
  readonly #strands = new Map<NodeId, Map<number, Map<number, Reached>>>()
  readonly #fresh = new Map<NodeId, Seed[]>()
  /** Roots by what sent them. */
  readonly #awaiting = new Map<SpanId, Place[]>()
  readonly #films = new Map<NodeId, Map<string, Seed>>()
  readonly #filmsTaken = new Set<string>()

  constructor(depth: number) {
    this.#depth = depth
  }

  /** True when something lies beyond `depth`, as far as is known. */
  get isCut(): boolean {
    return this.#beyond.size > 0
  }

  at(home: NodeId, thread: number, seq: number): Reached | undefined {
    return this.#strands.get(home)?.get(thread)?.get(seq)
  }

  /** What was come to of a thread, by seq; it grows. */
  strand(home: NodeId, thread: number): Map<number, Reached> {
    const strands = this.#strands.get(home) ?? new Map<number, Map<number, Reached>>()
    this.#strands.set(home, strands)
    const strand = strands.get(thread) ?? new Map<number, Reached>()
    strands.set(thread, strand)
    return strand
  }

  /** Begins at an event. */
  begin(place: Place): void {
    this.#reach({ ...place, depth: 0 }, true)
    // it may be a message that was sent outside of any film
    if (place.root === 0) this.#addFilm(place.home, place)
  }

  /** See `Wave.arrive`. */
  arrive(arrival: Arrival & { readonly home: NodeId; readonly at: WallMs }, isBehind: boolean): void {
    const { home, thread, seq, root, word, cause } = arrival
    this.#reach(arrival, isBehind)
    const id = this.at(home, thread, seq)?.id
    if (id === undefined) return
    if (cause !== 0 && cause !== seq) this.causes.set(id, { effect: id, home, thread, cause })
    // a message that was sent outside of any film has a trace of its own
    if (root === 0 && kindOf(word) === KINDS.send) this.#addFilm(home, { thread, seq })
  }

  /** A root is known to have been sent by an event, which may have been come to or not. */
  await(sender: SpanId, root: Place): void {
    const id = idOf(root)
    if (this.senders.has(id) || id === sender) return
    this.senders.set(id, sender)
    pushTo(this.#awaiting, sender, root)
    const known = this.reached.get(sender)
    if (known !== undefined) this.#reach({ ...root, depth: known.depth + 1 }, true)
  }

  /** A process and events in it that have led to nothing yet. */
  takeFresh(): readonly [NodeId, readonly Seed[]] | undefined {
    const [next] = this.#fresh
    if (next !== undefined) this.#fresh.delete(next[0])
    return next
  }

  /** Roots of the films of a process that were come to since this was asked last. */
  takeFilms(home: NodeId): readonly Seed[] {
    const films = this.#films.get(home)
    this.#films.delete(home)
    return films === undefined ? [] : Array.from(films.values())
  }

  /** Also to the roots that were waiting for it, and those that were waiting for them. */
  #reach(place: Distant, isBehind: boolean): void {
    const due: Distant[] = [place]
    for (const [i, next] of due.entries()) {
      const id = this.#reachOne(next, isBehind || i > 0)
      if (id === undefined) continue
      for (const effect of this.#awaiting.get(id) ?? []) due.push({ ...effect, depth: next.depth + 1 })
    }
  }

  /** Gives its id if it was not known, or only by a longer way. */
  #reachOne(place: Distant, isBehind: boolean): SpanId | undefined {
    const { home, thread, seq, root, at, depth } = place
    const known = this.at(home, thread, seq)
    if (known !== undefined && known.depth <= depth) return undefined
    const id = known?.id ?? idOf(place)
    if (depth > this.#depth) {
      if (known === undefined && this.#beyond.size < MAX_BEYOND) this.#beyond.add(id)
      return undefined
    }
    this.#beyond.delete(id)
    const reached = { id, home, thread, seq, root, at, depth }
    this.reached.set(id, reached)
    this.strand(home, thread).set(seq, reached)
    if (root !== 0) this.#addFilm(home, { thread, seq: root })
    if (isBehind) pushTo(this.#fresh, home, { thread, seq })
    return id
  }

  #addFilm(home: NodeId, root: Seed): void {
    const key = `${home} ${root.thread} ${root.seq}`
    if (this.#filmsTaken.has(key)) return
    this.#filmsTaken.add(key)
    const films = this.#films.get(home) ?? new Map<string, Seed>()
    this.#films.set(home, films.set(key, root))
  }
}

function idOf({ home, thread, seq }: Omit<Place, 'root' | 'at'>): SpanId {
  return spanIdOf(home, { thread, seq: seqOf(seq) })
}
