/** Keeps what recording costs within the budget of the user, on one thread; each decision is an event of kind `control`. */

import { KINDS } from '@cinescope/protocol'
import type { BudgetOptions } from '../options/budget-settings.ts'
import { CONTROL_CODE } from '../base/control-code.ts'
import { FigureReader } from '../base/figures.ts'
import type { LiveSettings } from '../options/live-settings.ts'
import { STATUS, type StatusMemory } from '../base/status.ts'
import { LEVEL } from '../base/thinning-level.ts'
import { OwnDocument } from '../capture/own-value.ts'
import type { Probe } from '../capture/probe.ts'
import { Thinning } from '../capture/thinning.ts'
import { type Decision, Governor, type LeftOut, type Measured } from '../govern/governor.ts'

const LOOK_EVERY_MS = 2000
/** The same where the load may grow beyond the budget. */
const LOOK_AGAIN_MS = 500
/** After so long it is seen anew which sites have spans inside. */
const FORGET_EVERY_MS = 16_000

/** What of a thread takes part in that. */
interface Keeping {
  readonly probe: Probe
  readonly live: LiveSettings
}

/** Looks now and then what recording costs, while there is a budget. Returns what ends that. */
export function keepBudget({ probe, live }: Keeping, status: StatusMemory): () => void {
  let keeper: BudgetKeeper | undefined
  const follow = (): void => {
    const { budget } = live.now
    if (hasLimit(budget)) keeper ??= new BudgetKeeper(probe, status)
    keeper?.keep({ ...budget })
  }
  follow()
  live.onChange = follow
  return () => {
    live.onChange = () => undefined
    keeper?.end()
  }
}

class BudgetKeeper {
  readonly #probe: Probe
  readonly #figures: FigureReader
  readonly #thinning: Thinning
  /** Sites where something is left out. */
  readonly #levels = new Map<number, number>()
  readonly #site: number
  #budget: BudgetOptions = {}
  #governor = new Governor()
  #last = { atMs: performance.now(), cpuMs: 0, written: 0, probesMs: 0, ownMs: 0 }
  #timer: NodeJS.Timeout | undefined
  #forgottenMs = performance.now()

  constructor(probe: Probe, status: StatusMemory) {
    this.#probe = probe
    this.#thinning = new Thinning(probe.sampling)
    this.#figures = new FigureReader(status)
    this.#site = probe.site({ name: 'budget', framework: 'cinescope' })
    probe.thinning = this.#thinning
  }

  /** Keeps this budget from now on; where it is without limits, all is recorded again. */
  keep(budget: BudgetOptions): void {
    if (budget.cpuPercent === this.#budget.cpuPercent && budget.bytesPerSecond === this.#budget.bytesPerSecond) return
    this.#budget = budget
    // what the old one has seen is of another budget
    this.#governor = new Governor()
    if (!hasLimit(budget)) return this.#giveBack()
    if (this.#timer !== undefined) return
    this.#thinning.isOn = true
    // what was before is not of the first look
    this.#measure()
    this.#lookIn(LOOK_EVERY_MS)
  }

  /** Looks no more. */
  end(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #giveBack(): void {
    this.end()
    const { sampling } = this.#probe
    const wasWhole = this.#levels.size === 0 && sampling.share === 1
    for (const site of this.#levels.keys()) this.#setLevel(site, LEVEL.nothing)
    sampling.share = 1
    this.#thinning.isOn = false
    if (!wasWhole) this.#tell('all is recorded again', [this.#site])
  }

  #lookIn(ms: number): void {
    this.#timer = setTimeout(() => {
      this.#look()
      if (this.#timer !== undefined) this.#lookIn(this.#governor.isNear ? LOOK_AGAIN_MS : LOOK_EVERY_MS)
    }, ms).unref()
  }

  #look(): void {
    if (!this.#probe.isEnabled) return
    const measured = this.#measure()
    const decision = this.#governor.decide(measured, this.#budget, this.#leftOut())
    if (this.#last.atMs - this.#forgottenMs >= FORGET_EVERY_MS) {
      this.#thinning.forget()
      this.#forgottenMs = this.#last.atMs
    }
    if (decision === undefined) return
    this.#apply(decision)
    const sites = decision.kind === 'films' || decision.kind === 'limit' ? [this.#site] : decision.sites
    this.#tell(ACTIONS[decision.kind][isRestored(decision) ? 1 : 0], sites, measured)
  }

  #measure(): Measured {
    const figures = this.#figures.read()
    const now = {
      atMs: performance.now(),
      cpuMs: figures[STATUS.writerCpuMs]! + figures[STATUS.allProbesCpuMs]!,
      written: figures[STATUS.written]!,
      probesMs: figures[STATUS.allProbesCpuMs]!,
      ownMs: this.#probe.recorder.probeCpuMs,
    }
    const last = this.#last
    this.#last = now
    const seconds = (now.atMs - last.atMs) / 1000
    return {
      seconds,
      cpuPercent: (now.cpuMs - last.cpuMs) / (seconds * 10),
      bytesPerSecond: (now.written - last.written) / seconds,
      part: partOf(now.ownMs - last.ownMs, now.probesMs - last.probesMs),
      sites: this.#probe.recorder.cost.takeSites(),
    }
  }

  #leftOut(): LeftOut {
    return {
      levelOf: (site) => this.#thinning.levelOf(site),
      isLeaf: (site) => this.#thinning.isLeaf(site),
      sitesAt: (level) => Array.from(this.#levels).flatMap(([site, at]) => (at === level ? [site] : [])),
      share: this.#probe.sampling.share,
    }
  }

  #apply(decision: Decision): void {
    if (decision.kind === 'films') this.#probe.sampling.share = decision.share
    if (decision.kind === 'films' || decision.kind === 'limit') return
    const { kind, isRestored, sites } = decision
    const before = kind === 'values' ? LEVEL.nothing : LEVEL.values
    for (const site of sites) this.#setLevel(site, isRestored ? before : LEVEL[kind])
  }

  #setLevel(site: number, level: number): void {
    this.#thinning.setLevel(site, level)
    if (level === LEVEL.nothing) this.#levels.delete(site)
    else this.#levels.set(site, level)
  }

  /** One event for each of the sites. */
  #tell(action: string, sites: readonly number[], measured?: Measured): void {
    const { sampling } = this.#probe
    const figures = {
      action,
      'cpu.percent': measured && rounded(measured.cpuPercent),
      'cpu.budget': this.#budget.cpuPercent,
      'bytes.per_second': measured && rounded(measured.bytesPerSecond),
      'bytes.budget': this.#budget.bytesPerSecond,
      'films.share': Math.round(sampling.share * 1e4) / 1e4,
      'values.left_out': this.#thinning.values,
      'spans.left_out': this.#thinning.spans,
    }
    const value = new OwnDocument(said(figures))
    for (const site of sites) this.#probe.point(undefined, KINDS.control, site, value, CONTROL_CODE.budget)
  }
}

/** What a decision does: to leave out, to record again. */
const ACTIONS = {
  values: ['values are left out', 'values are recorded again'],
  spans: ['spans are left out', 'spans are recorded again'],
  films: ['films are left out', 'more films are recorded'],
  limit: ['nothing is left to leave out', ''],
} as const

function hasLimit({ cpuPercent, bytesPerSecond }: BudgetOptions): boolean {
  return cpuPercent !== undefined || bytesPerSecond !== undefined
}

function isRestored(decision: Decision): boolean {
  return decision.kind !== 'limit' && decision.isRestored
}

function said<T>(figures: Readonly<Record<string, T | undefined>>): Record<string, T> {
  return Object.fromEntries(Object.entries(figures).filter((entry): entry is [string, T] => entry[1] !== undefined))
}

/** The writer's figures are older than one's own. */
function partOf(own: number, all: number): number {
  return all > own ? Math.max(0, own) / all : 1
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100
}
