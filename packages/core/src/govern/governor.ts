/**
 * Decides what is left out so that recording stays within its budget, and when it is recorded again. No clock, no effect: it is
 * shown what was measured, and says what to do.
 *
 * Values go first, then leaf spans, each at the sites that cost most, then films; they come back in the opposite order.
 */

import type { BudgetOptions } from '../options/budget-settings.ts'
import { LEVEL } from '../base/thinning-level.ts'
import { SiteMemory } from './site-memory.ts'

/** What the records of one site cost since the last look. */
export interface SiteCost {
  readonly site: number
  /** In ms, those of its values included. */
  readonly ms: number
  readonly valuesMs: number
}

/** What was measured since the last look. */
export interface Measured {
  readonly seconds: number
  /** Of one core. */
  readonly cpuPercent: number
  readonly bytesPerSecond: number
  /** Of what recording costs all threads, the part that it costs this one, 0 to 1. */
  readonly part: number
  /** Of this thread. */
  readonly sites: readonly SiteCost[]
}

/** What is left out now. */
export interface LeftOut {
  /** One of `LEVEL`. */
  levelOf(site: number): number
  isLeaf(site: number): boolean
  /** Sites at this level. */
  sitesAt(level: number): readonly number[]
  /** The part of films that is recorded. */
  readonly share: number
}

/** What to do: at these sites, or with films. */
export type Decision =
  | { readonly kind: 'values' | 'spans'; readonly isRestored: boolean; readonly sites: readonly number[] }
  | { readonly kind: 'films'; readonly isRestored: boolean; readonly share: number }
  /** There is nothing left to leave out. */
  | { readonly kind: 'limit' }

/** One film in so many is whole: what is saved at a site, and what it costs again, are by so much less and more than is seen. */
const EXAMPLES = 1 / 16
/** A tenfold step in load may come. */
const NEAR = 1 / 10
/** More than the budget for less than so long is chance, in s: few records are timed. */
const LASTING = 0.9
/** What is restored may bring the cost up to this part of the budget. */
const FILL = 0.9
/** Sites that cost less than this part of what records cost are left alone, unless together they cost that much. */
const LEAST_PART = 0.005
const LEAST_OF_ALL = 0.05
/** Sites of one decision. */
const MOST_SITES = 64
/** For so long a thread waits for one other, which costs as much, before it leaves films out; for more or dearer ones longer, at most so long. In s. */
const PATIENCE = 2
const MOST_PATIENCE = 60
/** Films that are left out cost something too: so their share is to bring the cost down to this part of the budget. */
const FILL_OF_FILMS = 0.8
/** The share of films goes down, and up, by these factors at most. */
const STEEPEST = 1 / 4
const STEEPEST_UP = 8
/** The least that is recorded. */
export const LEAST_SHARE: number = 1 / 1024
/** How long the cost must have been low until something is restored, in s: at first, and where that was too early. */
const CALM = 10
const MOST_CALM = 300

/** See the file's first line. One per thread. */
export class Governor {
  #smooth = 0
  #calm = 0
  #calmNeeded = CALM
  /** Since something was restored, in s; undefined once that is known to have been right, or wrong. */
  #onTrial: number | undefined
  #isAtLimit = false
  /** For so long only films have been left to leave out, in s. */
  #waited = 0
  #isNear = false
  /** For so long all looks have found more than the budget, in s. */
  #beyond = 0
  readonly #memory = new SiteMemory()

  /** Ten times the load would be more than the budget. */
  get isNear(): boolean {
    return this.#isNear
  }

  /** What to do; undefined for nothing. */
  decide(measured: Measured, budget: BudgetOptions, now: LeftOut): Decision | undefined {
    const sites = this.#memory.add(measured.sites, measured.seconds)
    const decision = this.#decide({ ...measured, sites }, budget, now)
    if (decision !== undefined && 'sites' in decision) this.#memory.forget(decision.sites)
    return decision
  }

  #decide(measured: Measured, budget: BudgetOptions, now: LeftOut): Decision | undefined {
    const cost = costOf(measured, budget)
    this.#isNear = cost > NEAR
    this.#beyond = cost > 1 ? this.#beyond + measured.seconds : 0
    this.#smooth = (this.#smooth + cost) / 2
    this.#judge(measured.seconds)
    if (this.#beyond >= LASTING && this.#smooth > 1) return this.#thin(measured, cost, now)
    if (cost > FILL) this.#calm = 0
    else this.#calm += measured.seconds
    return this.#calm < this.#calmNeeded ? undefined : this.#restore(measured, Math.max(cost, this.#smooth), now)
  }

  #thin({ sites, part, seconds }: Measured, cost: number, now: LeftOut): Decision | undefined {
    this.#calm = 0
    if (this.#onTrial !== undefined) this.#calmNeeded = Math.min(MOST_CALM, this.#calmNeeded * 2)
    this.#onTrial = undefined
    const wanted = 1 - FILL / cost
    const isOpenTo = {
      values: ({ site }: SiteCost) => now.levelOf(site) === LEVEL.nothing,
      spans: ({ site }: SiteCost) => now.levelOf(site) < LEVEL.spans && now.isLeaf(site),
    }
    for (const kind of ['values', 'spans'] as const) {
      const taken = chosen(sites.filter(isOpenTo[kind]), WEIGHT[kind], sites, wanted)
      if (taken.length > 0) {
        this.#waited = 0
        return { kind, isRestored: false, sites: taken }
      }
    }
    // others may have sites left, and they cost more
    const patience = Math.min(MOST_PATIENCE, PATIENCE * (1 / part - 1))
    const waited = this.#waited
    this.#waited += seconds
    if (waited < patience) return undefined
    if (now.share > LEAST_SHARE) {
      const share = Math.max(LEAST_SHARE, now.share * Math.max(STEEPEST, FILL_OF_FILMS / cost))
      return { kind: 'films', isRestored: false, share }
    }
    if (this.#isAtLimit) return undefined
    this.#isAtLimit = true
    return { kind: 'limit' }
  }

  #restore({ sites }: Measured, cost: number, now: LeftOut): Decision | undefined {
    const decision = this.#restored(sites, cost, now)
    if (decision === undefined) return undefined
    this.#isAtLimit = false
    this.#calm = 0
    this.#onTrial = 0
    return decision
  }

  /** What was restored was so rightly if all has been within the budget for long. */
  #judge(seconds: number): void {
    if (this.#onTrial === undefined) return
    this.#onTrial += seconds
    if (this.#onTrial <= MOST_CALM) return
    this.#calmNeeded = CALM
    this.#onTrial = undefined
  }

  #restored(sites: readonly SiteCost[], cost: number, now: LeftOut): Decision | undefined {
    if (now.share < 1) {
      const factor = Math.min(STEEPEST_UP, cost === 0 ? STEEPEST_UP : FILL / cost)
      if (factor < 1.1) return undefined
      return { kind: 'films', isRestored: true, share: Math.min(1, now.share * factor) }
    }
    const kind = now.sitesAt(LEVEL.spans).length > 0 ? 'spans' : 'values'
    const back = fitting(now.sitesAt(LEVEL[kind]), sites, WEIGHT[kind], cost)
    return back.length === 0 ? undefined : { kind, isRestored: true, sites: back }
  }
}

/** As a part of the budget, of whichever limit is nearer. */
function costOf({ cpuPercent, bytesPerSecond }: Measured, budget: BudgetOptions): number {
  return Math.max(cpuPercent / (budget.cpuPercent ?? Infinity), bytesPerSecond / (budget.bytesPerSecond ?? Infinity))
}

type Weight = (site: SiteCost) => number

/** What leaving them out saves. */
const WEIGHT: Readonly<Record<'values' | 'spans', Weight>> = {
  values: ({ valuesMs }) => valuesMs,
  spans: ({ ms }) => ms,
}

/** The most expensive of the candidates, as many as are needed to save that part of what all sites cost. */
function chosen(candidates: readonly SiteCost[], weight: Weight, all: readonly SiteCost[], wanted: number): number[] {
  const total = sum(all, ({ ms }) => ms)
  const worth = candidates.filter((site) => weight(site) > LEAST_PART * total)
  const isWorthAll = sum(candidates, weight) > LEAST_OF_ALL * total
  const ordered = (isWorthAll ? candidates : worth).toSorted((a, b) => weight(b) - weight(a))
  const taken: number[] = []
  let saved = 0
  for (const candidate of ordered) {
    if (taken.length === MOST_SITES || saved >= wanted * total || weight(candidate) === 0) break
    saved += weight(candidate) * (1 - EXAMPLES)
    taken.push(candidate.site)
  }
  return taken
}

/** Of the sites where something is left out, those that fit into the budget again, the cheapest first. */
function fitting(left: readonly number[], sites: readonly SiteCost[], weight: Weight, cost: number): number[] {
  const total = sum(sites, ({ ms }) => ms)
  const seen = new Map(sites.map((site) => [site.site, weight(site)]))
  const more = (site: number): number => (total === 0 ? 0 : ((seen.get(site) ?? 0) / total) * cost * (1 / EXAMPLES - 1))
  const back: number[] = []
  let after = cost
  for (const site of left.toSorted((a, b) => more(a) - more(b))) {
    after += more(site)
    if (after > FILL || back.length === MOST_SITES) break
    back.push(site)
  }
  return back
}

function sum(sites: readonly SiteCost[], weight: Weight): number {
  return sites.reduce((total, site) => total + weight(site), 0)
}
