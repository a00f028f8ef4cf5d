import { setTimeout } from 'node:timers/promises'
import { Omitted, type CinescopeEvent } from '@cinescope/protocol'
import { describe, expect, it, type MockInstance, vi } from 'vitest'
import { LEVEL } from '../../src/base/thinning-level.ts'
import { probeOf } from '../../src/capture/probe-of.ts'
import type { Thinning } from '../../src/capture/thinning.ts'
import type { OpenRecording } from '../../src/recording/recording.ts'
import type { Scope } from '../../src/scope/running-scope.ts'
import { serving } from '../sources/fixture.ts'
import { keeping, total } from '../keep/kept.ts'

/** More than anything here costs. */
const WIDE = { budget: { cpuPercent: 10_000 } } as const

/** No film is an example; gives what decides that. */
function noExamples(scope: Scope): MockInstance<() => number> {
  return vi.spyOn(probeOf(scope).sampling.chance, 'part').mockReturnValue(0.5)
}

function thinningOf(scope: Scope): Thinning {
  const { thinning } = probeOf(scope)
  if (thinning === undefined) throw new Error('it has no budget')
  return thinning
}

/** Leaves something out at the site of a span of the user, as the budget does. */
function leaveOut(scope: Scope, name: string, level: number): void {
  thinningOf(scope).setLevel(probeOf(scope).site({ name, framework: 'user' }), level)
}

async function eventsOf(recording: OpenRecording): Promise<readonly CinescopeEvent[]> {
  return (await recording.events({ limit: 1000, order: 'time' })).items
}

const nameOf = ({ site }: CinescopeEvent): string => site?.name ?? ''

describe('what a budget leaves out', () => {
  it('is told where values were, and not where there were none', async () => {
    await using it = await keeping({}, WIDE)
    const { scope } = it
    noExamples(scope)
    leaveOut(scope, 'dear', LEVEL.values)
    scope.span('dear', () => ({ a: 1 }))
    scope.span('dear', () => undefined)
    scope.span('cheap', () => ({ b: 2 }))
    await scope.flush()
    expect(scope.status()).toMatchObject({ spansThinned: 0, valuesThinned: 1 })
    const recording = await it.stopped()
    const results = (await eventsOf(recording)).map((event) => [nameOf(event), event.result])
    expect(results).toEqual([
      ['dear', new Omitted('thinned', 0)],
      ['dear', undefined],
      ['cheap', { b: 2 }],
    ])
    expect((await recording.films({ limit: 10 })).items.map(({ thinned }) => thinned)).toEqual([false, false, true])
    expect((await recording.status()).counters).toMatchObject({ 'cinescope.values.thinned': 1 })
  })

  it('is spans whose children go to the nearest recorded ancestor, as inferred', async () => {
    await using it = await keeping({}, WIDE)
    const { scope } = it
    noExamples(scope)
    for (const name of ['dear', 'deeper']) leaveOut(scope, name, LEVEL.spans)
    scope.span('outer', () => {
      scope.span('dear', () => {
        scope.log('in dear')
        scope.span('deeper', () => scope.span('leaf', () => scope.log('in leaf')))
      })
      scope.log('in outer')
    })
    scope.span('dear', () => 'a root')
    await scope.flush()
    expect(scope.status()).toMatchObject({ spansThinned: 2, valuesThinned: 1, produced: 9, stored: 9 })
    const recording = await it.stopped()
    const events = await eventsOf(recording)
    const names = new Map(events.map((event) => [event.id, nameOf(event)]))
    const told = events.map((event) => [
      event.kind === 'log' ? (event.value as { message: string }).message : nameOf(event),
      event.parent === undefined ? '' : names.get(event.parent),
      event.parentCertainty,
    ])
    expect(told).toEqual([
      ['outer', '', 'known'],
      ['in dear', 'outer', 'inferred'],
      ['leaf', 'outer', 'inferred'],
      ['in leaf', 'leaf', 'known'],
      ['in outer', 'outer', 'known'],
      ['dear', '', 'known'],
    ])
    const { items } = await recording.films({ limit: 10, order: 'time' })
    expect(items.map(({ name, thinned }) => [name, thinned])).toEqual([
      ['outer', true],
      ['dear', true],
    ])
    expect((await recording.status()).counters).toMatchObject({ 'cinescope.spans.thinned': 2 })
  })

  it('is no error, no state, no mark of a user, and nothing that a film is kept for', async () => {
    await using it = await keeping({ policy: 'tail', slowMs: 60_000, reservoir: 0 }, WIDE)
    const { scope } = it
    noExamples(scope)
    const cart = scope.entity('cart', 7)
    leaveOut(scope, 'dear', LEVEL.spans)
    const work = (what: () => void): void => {
      scope.span('outer', () => {
        scope.span('dear', what)
      })
    }
    const fails = (): never => {
      throw new Error('as it must')
    }
    expect(() => work(fails)).toThrow('as it must')
    work(() => cart.snapshot({ items: 1 }))
    work(() => scope.current()?.set('answer', 42))
    work(() => scope.keep('for a reason'))
    work(() => undefined)
    const recording = await it.stopped()
    const { items } = await recording.films({ limit: 10, order: 'time' })
    expect(items.map(({ error, marked, thinned }) => [error, marked, thinned])).toEqual([
      [true, false, true],
      [false, true, true],
      [false, true, true],
    ])
    const events = await eventsOf(recording)
    expect(events.find(({ kind }) => kind === 'error')).toMatchObject({
      value: expect.objectContaining({ type: 'Error' }),
      parentCertainty: 'inferred',
    })
    expect(await recording.stateAt(cart.entity)).toMatchObject({ state: { items: 1 } })
    expect(events.find(({ kind }) => kind === 'attribute')?.value).toEqual({ answer: 42 })
  })

  it('is nothing of a film that is an example, or that was asked for', async () => {
    await using it = await keeping({}, { ...WIDE, sources: { 'http.server': true } })
    const { scope } = it
    const chance = noExamples(scope).mockReturnValue(0.01)
    leaveOut(scope, 'dear', LEVEL.spans)
    scope.span('outer', () => scope.span('dear', () => 'whole'))
    chance.mockReturnValue(0.5)
    await using server = await serving((_, res) => {
      scope.span('dear', () => 'whole')
      res.end('ok')
    })
    probeOf(scope).sampling.share = 0
    const { films } = await scope.record(async () => (await fetch(server.url)).text())
    expect(films.flatMap(({ events }) => events.map(nameOf))).toContain('dear')
    expect(thinningOf(scope).spans).toBe(0)
    probeOf(scope).sampling.share = 1
    await (await fetch(server.url)).text()
    expect(thinningOf(scope).spans).toBe(1)
  })
})

describe('what is left out', () => {
  it('is no span of what a film does after its end, which could not tell of it', async () => {
    await using it = await keeping({}, WIDE)
    const { scope } = it
    noExamples(scope)
    leaveOut(scope, 'dear', LEVEL.spans)
    await scope.span('early', async () => {
      void Promise.resolve()
        .then(() => scope.span('waited for', () => undefined))
        .then(() => setTimeout(20))
        .then(() => scope.span('dear', () => ({ a: 1 })))
      await Promise.resolve()
    })
    await setTimeout(60)
    expect(scope.status()).toMatchObject({ spansThinned: 0, valuesThinned: 1 })
    const recording = await it.stopped()
    expect((await eventsOf(recording)).map((event) => [nameOf(event), event.parentCertainty])).toEqual([
      ['early', 'known'],
      ['waited for', 'known'],
      ['dear', 'known'],
    ])
  })

  it('takes its body along, which is not that of the request around it', async () => {
    await using it = await keeping({}, { ...WIDE, sources: { 'http.server': true, undici: true } })
    const { scope } = it
    noExamples(scope)
    await using inner = await serving((_, res) => void res.end('{"from":"another service"}'))
    await using outer = await serving((_, res) => {
      void fetch(`${inner.url}/inner`)
        .then((answer) => answer.text())
        .then(() => res.end('ok'))
    })
    await (await fetch(outer.url)).text()
    await scope.flush()
    const called = (await scope.recording().events({ where: { kinds: ['client.request'] } })).items
    expect(called.length).toBeGreaterThan(0)
    const thinning = thinningOf(scope)
    for (let site = 0; site < 4096; site++) thinning.setLevel(site, LEVEL.spans)
    const from = thinning.spans
    await (await fetch(outer.url)).text()
    expect(thinning.spans).toBeGreaterThan(from)
    const recording = await it.stopped()
    const { items } = await recording.films({ limit: 10, order: 'time' })
    const bodies = await Promise.all(
      items.filter(({ thinned }) => thinned).map(async ({ id }) => JSON.stringify((await recording.film(id)).events)),
    )
    expect(bodies.length).toBeGreaterThan(0)
    for (const text of bodies) expect(text).not.toContain('another service')
  })
})

describe('a program that has its own Math.random', () => {
  it.each([
    ['throws', { sample: 0.5 }],
    ['throws', WIDE],
  ])('%s: it is not asked, with %j', async (_, options) => {
    await using it = await keeping({}, options)
    const random = vi.spyOn(Math, 'random').mockImplementation(() => {
      throw new Error('no randomness here')
    })
    for (let i = 0; i < 50; i++) it.scope.span('film', () => it.scope.span('inner', () => 1))
    expect(random).not.toHaveBeenCalled()
    random.mockRestore()
  })
})

describe('a scope with a budget', () => {
  it('does not say that it leaves out what it does not', async () => {
    await using it = await keeping({}, { budget: { cpuPercent: 0.1 } })
    const { scope } = it
    for (const until = performance.now() + 20_000; performance.now() < until && scope.status().sampledOut === 0;) {
      for (let i = 0; i < 30; i++) {
        scope.span('film', () => {
          for (let n = 0; n < 100; n++) scope.log('hello', { n, text: 'x'.repeat(50) })
        })
      }
      await setTimeout(5)
    }
    expect(scope.status().sampledOut).toBeGreaterThan(0)
    const recording = await it.stopped()
    const { items } = await recording.events({ where: { kinds: ['control'] }, limit: 100 })
    expect(items.map(nameOf)).not.toContain('log')
  }, 40_000)

  it('leaves out values, then leaf spans, then films, and tells of each with its figures', async () => {
    await using it = await keeping({}, { budget: { cpuPercent: 0.1 } })
    const { scope } = it
    const state = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`member ${index}`, index]))
    for (const until = performance.now() + 20_000; performance.now() < until && scope.status().sampledOut === 0;) {
      for (let i = 0; i < 300; i++) scope.span('outer', () => scope.span('inner', () => state))
      await setTimeout(5)
    }
    await scope.flush()
    const status = scope.status()
    expect(status.sampledOut).toBeGreaterThan(0)
    expect(status.spansThinned).toBeGreaterThan(0)
    expect(status.valuesThinned).toBeGreaterThan(0)
    expect(total(status)).toBe(status.produced)
    const recording = await it.stopped()
    const { items } = await recording.events({ where: { kinds: ['control'] }, limit: 100, order: 'time' })
    const told = new Set(items.map((event) => `${nameOf(event)}: ${(event.value as { action: string }).action}`))
    const wanted = ['inner: values are left out', 'inner: spans are left out', 'budget: films are left out']
    expect([...told].filter((each) => wanted.includes(each))).toEqual(wanted)
    expect(told).not.toContain('outer: spans are left out')
    for (const { value } of items) {
      expect(value).toMatchObject({ 'cpu.budget': 0.1, 'films.share': expect.any(Number) })
      expect((value as Record<string, number>)['cpu.percent']).toBeGreaterThan(0.1)
    }
  }, 40_000)

  it('records again what it left out when there is room', async () => {
    await using it = await keeping({}, { budget: { bytesPerSecond: 2_000_000 } })
    const { scope } = it
    const actions = async (): Promise<string[]> => {
      await scope.flush()
      const { items } = await scope.recording().events({ where: { kinds: ['control'] }, limit: 100, order: 'time' })
      return items.map((event) => `${nameOf(event)}: ${(event.value as { action: string }).action}`)
    }
    for (const until = performance.now() + 20_000; performance.now() < until && scope.status().valuesThinned === 0;) {
      for (let i = 0; i < 200; i++) scope.span('dear', () => String(Math.random()).repeat(20))
      await setTimeout(5)
    }
    await expect
      .poll(actions, { timeout: 60_000, interval: 500 })
      .toEqual(expect.arrayContaining(['dear: values are left out', 'dear: values are recorded again']))
    scope.span('dear', () => 'seen again')
    await scope.flush()
    const { items } = await scope.recording().events({ where: { kinds: ['span'] }, limit: 1, order: '-time' })
    expect(items[0]?.result).toBe('seen again')
  }, 90_000)
})
