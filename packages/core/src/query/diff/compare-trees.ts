/** Walks two aligned trees in order of what happened, and notes where they part. */

import {
  type CinescopeEvent,
  type DiffChange,
  type DiffEvent,
  type Divergence,
  durationNs,
  type FilmDiff,
} from '@cinescope/protocol'
import type { Cost } from '../../store/read/cost.ts'
import { alignChildren, type Step } from './align.ts'
import { identityChanges, isComparable, MAX_CHANGES, outcomeChanges, resultChanges, valueChanges } from './changes.ts'
import type { FilmTree } from './film-tree.ts'

/** Pairs between two looks at the clock. */
const PAIRS_A_BREATH = 256

/** What a comparison finds, `divergences` up to a limit. */
type Findings = Pick<FilmDiff, 'same' | 'changed' | 'onlyInA' | 'onlyInB' | 'uncompared' | 'divergences' | 'truncated'>

/** How to compare. */
interface Settings {
  readonly withValues: boolean
  readonly limit: number
  readonly cost: Cost
}

/** What is still to be done: a step of an alignment, or the end of a pair. */
type Task = (Step | { readonly kind: 'end'; readonly a: number; readonly b: number; readonly isChanged: boolean }) & {
  readonly depth: number
}

/** See the file's first line. O(n · d) for d edits a level. */
export async function compareTrees(a: FilmTree, b: FilmTree, settings: Settings): Promise<Findings> {
  const comparison = new Comparison(a, b, settings)
  let done = 0
  while (comparison.step()) if (++done % PAIRS_A_BREATH === 0) await settings.cost.breathe()
  return comparison.findings()
}

class Comparison {
  readonly #a: FilmTree
  readonly #b: FilmTree
  readonly #settings: Settings
  readonly #counts = { same: 0, changed: 0, onlyInA: 0, onlyInB: 0, uncompared: 0 }
  readonly #divergences: Divergence[] = []
  #isCut = false
  /** The next task last: trees of a hostile recording are deeper than the stack. */
  readonly #tasks: Task[] = []

  constructor(a: FilmTree, b: FilmTree, settings: Settings) {
    this.#a = a
    this.#b = b
    this.#settings = settings
    this.#enter(a.events.length, b.events.length, 0)
  }

  /** Does the next task; false if there is none. */
  step(): boolean {
    const task = this.#tasks.pop()
    if (task === undefined) return false
    if (task.kind === 'pair') this.#begin(task.a, task.b, task.depth)
    else if (task.kind === 'end') this.#end(task.a, task.b, task.depth, task.isChanged)
    else this.#only(task.kind, task.node, task.depth)
    return true
  }

  findings(): Findings {
    return { ...this.#counts, divergences: this.#divergences, truncated: this.#isCut }
  }

  #enter(a: number, b: number, depth: number): void {
    if (this.#a.children[a]!.length + this.#b.children[b]!.length === 0) return
    const { steps, isRough } = alignChildren(this.#a, this.#b, a, b)
    this.#isCut ||= isRough
    for (let i = steps.length - 1; i >= 0; i--) this.#tasks.push({ ...steps[i]!, depth })
  }

  #begin(a: number, b: number, depth: number): void {
    const [left, right] = [this.#a.events[a]!, this.#b.events[b]!]
    const changes = identityChanges(left, right)
    if (this.#settings.withValues) changes.push(...valueChanges(left, right))
    this.#note('begin', a, b, depth, changes)
    this.#tasks.push({ kind: 'end', a, b, depth, isChanged: changes.length > 0 })
    this.#enter(a, b, depth + 1)
  }

  #end(a: number, b: number, depth: number, isChanged: boolean): void {
    const [left, right] = [this.#a.events[a]!, this.#b.events[b]!]
    const { withValues } = this.#settings
    const changes = outcomeChanges(left, right)
    if (withValues) changes.push(...resultChanges(left, right))
    this.#note('end', a, b, depth, changes)
    if (isChanged || changes.length > 0) this.#counts.changed++
    else this.#counts.same++
    if (withValues && !(isComparable(left.value, right.value) && isComparable(left.result, right.result)))
      this.#counts.uncompared++
  }

  #only(film: 'a' | 'b', node: number, depth: number): void {
    const tree = film === 'a' ? this.#a : this.#b
    const events = tree.sizes[node]!
    this.#counts[film === 'a' ? 'onlyInA' : 'onlyInB'] += events
    this.#push(() => ({ kind: 'only', film, event: shown(tree, node, depth), events }))
  }

  #note(phase: 'begin' | 'end', a: number, b: number, depth: number, changes: readonly DiffChange[]): void {
    if (changes.length === 0) return
    this.#push(() => ({
      kind: 'changed',
      phase,
      a: shown(this.#a, a, depth),
      b: shown(this.#b, b, depth),
      changes: changes.slice(0, MAX_CHANGES),
      isCut: changes.length > MAX_CHANGES,
    }))
  }

  #push(divergence: () => Divergence): void {
    if (this.#divergences.length < this.#settings.limit) this.#divergences.push(divergence())
    else this.#isCut = true
  }
}

function shown({ events }: FilmTree, node: number, depth: number): DiffEvent {
  // a tree that has a node has a first event
  const first: CinescopeEvent = events[0]!
  const { id, kind, name, atNs, durationNs: lasted } = events[node]!
  return { id, kind, name, depth, sinceNs: durationNs(atNs - first.atNs), durationNs: lasted }
}
