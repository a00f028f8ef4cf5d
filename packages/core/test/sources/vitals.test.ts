import { setTimeout as sleep } from 'node:timers/promises'
import type { CinescopeEvent } from '@cinescope/protocol'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Scope } from '../../src/scope/running-scope.ts'
import { type Recorded, recorded } from './fixture.ts'

const started: Recorded[] = []
afterEach(async () => {
  for (const made of started.splice(0)) await made[Symbol.asyncDispose]()
})

async function watched(vitals: object = {}): Promise<Scope> {
  const made = await recorded({ vitals: { everyMs: 100, ...vitals } })
  started.push(made)
  return made.scope
}

async function metrics(scope: Scope): Promise<readonly CinescopeEvent[]> {
  await scope.flush()
  return (await scope.recording().events({ where: { kinds: ['metric'] }, limit: 1000 })).items
}

async function worstBlock(scope: Scope): Promise<CinescopeEvent | undefined> {
  const blocked = (await metrics(scope)).filter(({ name }) => name === 'cinescope.eventloop.blocked')
  return blocked.toSorted((a, b) => b.number - a.number)[0]
}

function block(ms: number): void {
  for (const until = performance.now() + ms; performance.now() < until;);
}

describe('host vitals', () => {
  it('sample loop, collector, memory and handles of a process that works', async () => {
    const scope = await watched()
    for (let i = 0; i < 20; i++) {
      scope.span('work', () => block(10))
      await sleep(10)
    }
    const found = await metrics(scope)
    const last = new Map(found.map((event) => [event.name, event]))
    const number = (name: string): number => last.get(name)?.number ?? Number.NaN
    const busy = found.filter(({ name }) => name === 'nodejs.eventloop.utilization').map((event) => event.number)
    expect(Math.max(...busy)).toBeGreaterThan(0.1)
    expect(Math.max(...busy)).toBeLessThanOrEqual(1)
    expect(number('nodejs.eventloop.delay.max')).toBeGreaterThanOrEqual(number('nodejs.eventloop.delay.mean'))
    expect(number('process.memory.usage')).toBeGreaterThan(2 ** 24)
    expect(number('v8js.memory.heap.used')).toBeGreaterThan(2 ** 21)
    expect(last.get('v8js.memory.heap.used')?.value).toMatchObject({ old_space: expect.any(Number) })
    expect(number('cinescope.process.active_resources')).toBeGreaterThan(0)
    expect(number('cinescope.v8js.gc.time')).toBeGreaterThanOrEqual(0)
    expect(found.every(({ film }) => film === undefined)).toBe(true)
  })

  it('are looked at seldom again once nothing but they themselves is recorded', async () => {
    const scope = await watched()
    scope.span('work', () => undefined)
    await sleep(3000)
    const before = (await metrics(scope)).length
    await sleep(1000)
    expect((await metrics(scope)).length).toBe(before)
  })

  it.each([
    ['after others', true],
    ['after nothing happened for long', false],
  ])('name the span that blocked the loop, the innermost that took so long in one turn: %s', async (_, isAwake) => {
    const scope = await watched({ blockedMs: 60 })
    for (let i = 0; i < (isAwake ? 3 : 0); i++) {
      scope.span('innocent', () => undefined)
      await sleep(60)
    }
    scope.span('outer', () => scope.span('guilty', () => block(250)) ?? scope.span('late', () => undefined))
    await sleep(150)
    const worst = await worstBlock(scope)
    expect(worst!.number).toBeGreaterThan(100)
    expect(worst!.parentCertainty).toBe('known')
    const parent = await scope.recording().event(worst!.parent!)
    expect(parent.name).toBe('guilty')
    const film = await scope.recording().film(worst!.film!)
    expect(film.summary.name).toBe('outer')
  })

  it('name a span that was entered last as inferred, where it gave the loop back in between', async () => {
    const scope = await watched({ blockedMs: 60 })
    await scope.span('asynchronous', async () => {
      await sleep(120)
      block(250)
      await sleep(150)
    })
    const worst = await worstBlock(scope)
    expect(worst!.parentCertainty).toBe('inferred')
    expect((await scope.recording().event(worst!.parent!)).name).toBe('asynchronous')
  })

  it('name nobody where no span can have blocked it', async () => {
    const scope = await watched({ blockedMs: 60 })
    scope.span('long ago', () => undefined)
    await sleep(350)
    block(250)
    await sleep(150)
    expect(await worstBlock(scope)).toMatchObject({ parent: undefined, parentCertainty: 'orphan' })
  })

  it('tell of a long pause of the collector by itself', async () => {
    const scope = await watched({ pauseMs: 1 })
    const held: unknown[] = []
    for (let i = 0; i < 40; i++) {
      scope.span('work', () => undefined)
      for (let j = 0; j < 20_000; j++) held.push({ i, j, text: `${i}/${j}` })
      await sleep(5)
    }
    expect(held.length).toBe(800_000)
    await sleep(50)
    const pauses = (await metrics(scope)).filter(({ name }) => name === 'v8js.gc.duration')
    expect(pauses.length).toBeGreaterThan(0)
    expect(pauses[0]!.number).toBeGreaterThanOrEqual(0.001)
    expect(pauses[0]!.value).toMatchObject({ 'v8js.gc.type': expect.stringMatching(/minor|major|incremental/) })
  })

  it('are sampled seldom while nothing is recorded, and no more once the scope has stopped', async () => {
    using samples = vi.spyOn(process, 'getActiveResourcesInfo')
    const scope = await watched()
    await sleep(700)
    expect(await metrics(scope)).toEqual([])
    scope.span('work', () => undefined)
    await expect.poll(() => samples.mock.calls.length).toBeGreaterThan(0)
    await started.pop()![Symbol.asyncDispose]()
    samples.mockClear()
    await sleep(500)
    expect(samples).not.toHaveBeenCalled()
  })
})
