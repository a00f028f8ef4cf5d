import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { BudgetOptions } from '../../src/options/budget-settings.ts'
import { LEVEL } from '../../src/base/thinning-level.ts'
import { type Decision, Governor, LEAST_SHARE, type SiteCost } from '../../src/govern/governor.ts'

/** What recording a film costs at one of its sites, in ms. */
interface Place {
  readonly spanMs: number
  readonly valuesMs: number
  readonly isLeaf: boolean
}

/** A recorder that costs what it records: films at a rate, with a span at each place. */
class Plant {
  readonly places: readonly Place[]
  readonly levels: number[]
  readonly decisions: Decision[] = []
  readonly governor = new Governor()
  share = 1
  filmsPerSecond: number

  constructor(places: readonly Place[], filmsPerSecond: number) {
    this.places = places
    this.levels = places.map(() => LEVEL.nothing)
    this.filmsPerSecond = filmsPerSecond
  }

  /** In percent of a core. */
  get cost(): number {
    return this.#sites(1).reduce((sum, { ms }) => sum + ms, 0) / 10
  }

  /** One look after 2 s, or so many. */
  look(budget: BudgetOptions, ofAll: number = this.cost, part = 1, seconds = 2): void {
    const now = {
      levelOf: (site: number) => this.levels[site]!,
      isLeaf: (site: number) => this.places[site]!.isLeaf,
      sitesAt: (level: number) => this.levels.flatMap((at, site) => (at === level ? [site] : [])),
      share: this.share,
    }
    const sites = this.#sites(seconds)
    const measured = { seconds, cpuPercent: ofAll, bytesPerSecond: ofAll * 1000, part, sites }
    const decision = this.governor.decide(measured, budget, now)
    if (decision === undefined) return
    this.decisions.push(decision)
    if (decision.kind === 'films') this.share = decision.share
    else if (decision.kind !== 'limit') {
      const { kind, isRestored } = decision
      const left = kind === 'values' ? LEVEL.nothing : LEVEL.values
      for (const site of decision.sites) this.levels[site] = isRestored ? left : LEVEL[kind]
    }
  }

  looks(count: number, budget: BudgetOptions): void {
    for (let i = 0; i < count; i++) this.look(budget)
  }

  /** One film in 16 is whole. */
  #sites(seconds: number): SiteCost[] {
    const films = this.filmsPerSecond * this.share * seconds
    return this.places.map(({ spanMs, valuesMs }, site) => {
      const level = this.levels[site]!
      const values = valuesMs * films * (level === LEVEL.nothing ? 1 : 1 / 16)
      return { site, ms: values + spanMs * films * (level === LEVEL.spans ? 1 / 16 : 1), valuesMs: values }
    })
  }
}

/** A request of some 20 us: its root, a body, and two layers. */
const REQUEST: readonly Place[] = [
  { spanMs: 0.002, valuesMs: 0.006, isLeaf: false },
  { spanMs: 0.0005, valuesMs: 0.008, isLeaf: true },
  { spanMs: 0.002, valuesMs: 0, isLeaf: true },
  { spanMs: 0.001, valuesMs: 0.001, isLeaf: false },
]

describe('a governor', () => {
  it('leaves nothing out within the budget', () => {
    const plant = new Plant(REQUEST, 1000)
    plant.looks(100, { cpuPercent: 2.1 })
    expect(plant.cost).toBeCloseTo(2.05)
    expect(plant.decisions).toEqual([])
  })

  it('leaves out values first, then leaf spans, then films, and no more than it must', () => {
    const plant = new Plant(REQUEST, 1000)
    plant.looks(10, { cpuPercent: 1.5 })
    expect(plant.decisions).toEqual([{ kind: 'values', isRestored: false, sites: [1] }])
    plant.looks(10, { cpuPercent: 0.6 })
    expect(plant.decisions.slice(1)).toMatchObject([
      { kind: 'values', sites: [0, 3] },
      { kind: 'spans', sites: [2] },
    ])
    plant.looks(10, { cpuPercent: 0.2 })
    expect(plant.cost).toBeLessThanOrEqual(0.2)
    expect(plant.levels).toEqual([LEVEL.values, LEVEL.spans, LEVEL.spans, LEVEL.values])
    expect(plant.share).toBeLessThan(1)
    expect(plant.share).toBeGreaterThan(0.3)
  })

  it('gives everything back, films first, when there is room again', () => {
    const plant = new Plant(REQUEST, 100_000)
    plant.looks(40, { cpuPercent: 1 })
    expect(plant.share).toBeLessThan(0.05)
    expect(plant.cost).toBeLessThanOrEqual(1)
    const before = plant.decisions.length
    plant.filmsPerSecond = 100
    let looks = 0
    for (; plant.share < 1; looks++) plant.look({ cpuPercent: 1 })
    // in less than a minute
    expect(looks).toBeLessThan(30)
    plant.looks(400, { cpuPercent: 1 })
    expect(plant.levels.every((level) => level === LEVEL.nothing)).toBe(true)
    expect(plant.share).toBe(1)
    const back = plant.decisions.slice(before)
    expect(back.every((decision) => decision.kind !== 'limit' && decision.isRestored)).toBe(true)
    const kinds = back.map(({ kind }) => kind)
    expect(kinds.lastIndexOf('films')).toBeLessThan(kinds.indexOf('spans'))
    expect(kinds.lastIndexOf('spans')).toBeLessThan(kinds.indexOf('values'))
  })

  it('waits longer where it gave back too early', () => {
    const plant = new Plant(REQUEST, 1000)
    for (let minute = 0; minute < 60; minute++) {
      plant.filmsPerSecond = 100
      plant.looks(8, { cpuPercent: 1.5 })
      plant.filmsPerSecond = 1000
      plant.looks(4, { cpuPercent: 1.5 })
    }
    const isRestored = (decision: Decision): boolean => decision.kind !== 'limit' && decision.isRestored
    const times = plant.decisions.filter(isRestored).length
    expect(times).toBeGreaterThan(0)
    expect(times).toBeLessThan(10)
  })

  it('leaves out values at many sites that cost alike before it leaves out films', () => {
    const even = Array.from({ length: 300 }, () => ({ spanMs: 0.001, valuesMs: 0.01, isLeaf: false }))
    const plant = new Plant(even, 100)
    plant.looks(30, { cpuPercent: 10 })
    expect(plant.cost).toBeLessThanOrEqual(10)
    expect(plant.share).toBe(1)
  })

  it('finds the rare ones, which are in the samples of few looks', () => {
    const governor = new Governor()
    const decided = new Set<number>()
    for (let look = 0; look < 12; look++) {
      const sites = [{ site: look % 4, ms: 10, valuesMs: 9 }]
      const now = {
        levelOf: (site: number) => (decided.has(site) ? LEVEL.values : LEVEL.nothing),
        isLeaf: () => false,
        sitesAt: () => [...decided],
        share: 1,
      }
      const measured = { part: 1, seconds: 2, cpuPercent: 5, bytesPerSecond: 0, sites }
      const decision = governor.decide(measured, { cpuPercent: 1 }, now)
      if (decision?.kind === 'values') for (const site of decision.sites) decided.add(site)
    }
    expect([...decided].toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3])
  })

  it('leaves a light thread its films while a heavy one has sites left', () => {
    const heavy = new Plant(
      Array.from({ length: 400 }, () => ({ spanMs: 0.002, valuesMs: 0.02, isLeaf: true })),
      400,
    )
    const light = new Plant([{ spanMs: 0.002, valuesMs: 0.02, isLeaf: true }], 40)
    for (let look = 0; look < 40; look++) {
      const all = heavy.cost + light.cost
      const [heavyPart, lightPart] = [heavy.cost / all, light.cost / all]
      heavy.look({ cpuPercent: 25 }, all, heavyPart)
      light.look({ cpuPercent: 25 }, all, lightPart)
    }
    expect(heavy.cost + light.cost).toBeLessThanOrEqual(25)
    expect(light.share).toBe(1)
    expect(light.decisions.filter(({ kind }) => kind === 'films')).toEqual([])
  })

  it('looks again soon where ten times the load would be too much, and not where it would not', () => {
    const plant = new Plant(REQUEST, 100)
    plant.look({ cpuPercent: 2.1 })
    expect(plant.governor.isNear).toBe(false)
    plant.filmsPerSecond = 110
    plant.look({ cpuPercent: 2.1 })
    expect(plant.governor.isNear).toBe(true)
  })

  it('takes what it sees for less than a second for chance', () => {
    const plant = new Plant(REQUEST, 100)
    for (let i = 0; i < 100; i++) plant.look({ cpuPercent: 1 }, i % 2 === 0 ? 5 : 0.5, 1, 0.5)
    expect(plant.decisions).toEqual([])
    for (let i = 0; i < 2; i++) plant.look({ cpuPercent: 1 }, 5, 1, 0.5)
    expect(plant.decisions).toHaveLength(1)
  })

  it('is within its budget 5 s after the load has grown tenfold, whatever records cost', () => {
    const place = fc.record({
      spanMs: fc.double({ min: 0.001, max: 0.01, noNaN: true }),
      valuesMs: fc.double({ min: 0, max: 0.05, noNaN: true }),
      isLeaf: fc.boolean(),
    })
    const places = fc.array(place, { minLength: 1, maxLength: 30 })
    fc.assert(
      fc.property(places, fc.double({ min: 0.11, max: 1, noNaN: true }), (each, part) => {
        const plant = new Plant(each, 100)
        const budget = { cpuPercent: plant.cost / part }
        for (let i = 0; i < 20; i++) plant.look(budget, plant.cost, 1, 0.5)
        expect(plant.decisions).toEqual([])
        plant.filmsPerSecond *= 10
        for (let seconds = 0; seconds < 5; seconds += 0.5) plant.look(budget, plant.cost, 1, 0.5)
        expect(plant.cost).toBeLessThanOrEqual(budget.cpuPercent)
      }),
      { numRuns: 300 },
    )
  })

  it('says once that nothing is left to leave out', () => {
    const plant = new Plant(REQUEST, 1e9)
    plant.looks(100, { cpuPercent: 0.1 })
    expect(plant.share).toBe(LEAST_SHARE)
    expect(plant.decisions.filter(({ kind }) => kind === 'limit')).toHaveLength(1)
    // now and then within it, by chance
    for (let i = 0; i < 100; i++) plant.look({ cpuPercent: 1 }, i % 4 === 0 ? 0.95 : 1.5, 1, 0.5)
    expect(plant.decisions.filter(({ kind }) => kind === 'limit')).toHaveLength(1)
  })

  it('heeds bytes as it does CPU', () => {
    const plant = new Plant(REQUEST, 1000)
    plant.looks(20, { bytesPerSecond: 500 })
    expect(plant.cost * 1000).toBeLessThanOrEqual(500)
    expect(plant.decisions.length).toBeGreaterThan(0)
  })

  it('comes within any budget and rests there, whatever records cost', () => {
    const place = fc.record({
      spanMs: fc.double({ min: 0.0005, max: 0.05, noNaN: true }),
      valuesMs: fc.double({ min: 0, max: 0.2, noNaN: true }),
      isLeaf: fc.boolean(),
    })
    const parts = fc.record({
      places: fc.array(place, { minLength: 1, maxLength: 60 }),
      films: fc.double({ min: 1, max: 5000, noNaN: true }),
      cpuPercent: fc.double({ min: 0.5, max: 20, noNaN: true }),
    })
    fc.assert(
      fc.property(parts, ({ places, films, cpuPercent }) => {
        const plant = new Plant(places, films)
        plant.looks(60, { cpuPercent })
        expect(plant.share === LEAST_SHARE || plant.cost <= cpuPercent).toBe(true)
        const decided = plant.decisions.length
        plant.looks(1800, { cpuPercent })
        // in an hour: what is tried again and again is tried less and less often
        expect(plant.decisions.length - decided).toBeLessThan(60)
        expect(plant.share === LEAST_SHARE || plant.cost <= cpuPercent * 1.5).toBe(true)
      }),
      { numRuns: 200 },
    )
  })
})
