import { AsyncResource } from 'node:async_hooks'
/** The whole chain with little: what was recorded is what is read, across tails, seals, gaps, pages and orders. */

import { setTimeout } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createScope, type Scope } from '@cinescope/core'
import { openRecording, type OpenRecording } from '@cinescope/core/reader'
import type { CinescopeEvent, EventQuery } from '@cinescope/protocol'
import { checkValue, provenNumber } from './check-value.ts'
import { temporaryDirectory } from './programs.ts'
import { recount } from './recount.ts'

const films = async (scope: Scope, from: number, count: number): Promise<void> => {
  for (let n = from; n < from + count; n++) {
    scope.span(`film ${n % 5}`, () => {
      scope.span('inside', () => scope.log('line', { check: checkValue(n) }))
      scope.entity('counter', `c${n % 4}`).snapshot({ check: checkValue(n) })
      return { check: checkValue(n) }
    })
  }
}

async function all(recording: OpenRecording, query: EventQuery): Promise<CinescopeEvent[]> {
  const events: CinescopeEvent[] = []
  for await (const event of recording.stream(query)) events.push(event)
  return events
}

describe('the chain', () => {
  it('gives back every event once, in every order and page size, over tails and seals', async () => {
    await using directory = await temporaryDirectory()
    await using scope = await createScope({ directory: directory.path, handleSignals: false, sources: false })
    const recording = scope.recording()
    let n = 0
    const outside = new AsyncResource('outside')
    const slow = scope.span('slow', async () => {
      // small batches become tails, large ones a segment
      for (const count of [150, 150, 600, 150, 600, 150]) {
        await outside.runInAsyncScope(films, undefined, scope, n, count)
        await scope.flush()
        n += count
        expect((await recording.films({ limit: 10_000 })).items).toHaveLength(n + 1)
        expect((await recording.events({ limit: 10_000, values: false })).items).toHaveLength(n * 4 + 1)
      }
      scope.log('late', { check: checkValue(7) })
      return { check: checkValue(9) }
    })
    await slow
    await scope.flush()
    // each film has four rows: itself, inside, log, snapshot
    const ids = new Set<string>()
    for (const order of ['time', '-time', 'duration', '-duration'] as const) {
      const events = await all(recording, { order, limit: 997 })
      expect(events).toHaveLength(1800 * 4 + 2)
      expect(new Set(events.map(({ id }) => id)).size).toBe(events.length)
      const keys = events.map((event) => (order.endsWith('time') ? event.atNs : (event.durationNs ?? -1)))
      expect(keys).toEqual(keys.toSorted((a, b) => (order.startsWith('-') ? b - a : a - b)))
      for (const { id } of events) ids.add(id)
    }
    expect(ids.size).toBe(1800 * 4 + 2)
    const slowest = await recording.events({ order: '-duration', limit: 1, where: { kinds: ['span'] } })
    expect(slowest.items[0]).toMatchObject({ name: 'slow', open: false, result: { check: checkValue(9) } })
    expect(slowest.items[0]!.durationNs).toBeGreaterThan(0)
    expect(await recording.event(slowest.items[0]!.id)).toMatchObject({ open: false, synthetic: false })
    const whole = await recording.film(slowest.items[0]!.id)
    expect(whole.events.map(({ name }) => name)).toEqual(['slow', 'log'])
    expect(whole.events.map(({ site }) => site)).toMatchObject([
      { name: 'slow', framework: 'user' },
      { name: 'log', framework: 'user' },
    ])
    expect(whole.summary).toMatchObject({ events: 3, durationNs: slowest.items[0]!.durationNs })
  })

  it('gives each film its own events, parents, values and state', async () => {
    await using directory = await temporaryDirectory()
    const scope = await createScope({ directory: directory.path, handleSignals: false, sources: false })
    await films(scope, 0, 400)
    await scope.flush()
    await films(scope, 400, 3000)
    await scope.stop()
    await using recording = openRecording(scope.path!)
    const page = await recording.films({ order: 'time', limit: 10_000 })
    expect(page.items).toHaveLength(3400)
    for (const [n, summary] of page.items.entries()) {
      if (n % 97 !== 0 && n !== 3399) continue
      const { events } = await recording.film(summary.id)
      expect(events.map(({ name }) => name)).toEqual([`film ${n % 5}`, 'inside', 'log', 'state.snapshot'])
      const [film, inside, log, snapshot] = events
      expect([film!.parent, inside!.parent, log!.parent, snapshot!.parent]).toEqual([
        undefined,
        film!.id,
        inside!.id,
        film!.id,
      ])
      expect(events.map((event) => event.film)).toEqual(Array(4).fill(film!.id))
      expect(provenNumber((film!.result as { check: unknown }).check)).toBe(n)
      expect(provenNumber((log!.value as { check: unknown }).check)).toBe(n)
      expect(summary).toMatchObject({ events: 6, durationNs: film!.durationNs })
    }
    const state = await recording.stateAt({ kind: 'counter', scope: scope.node, id: 'c1' })
    expect(state?.state).toEqual({ check: checkValue(3397) })
    expect(await recording.ledger()).toMatchObject({ produced: 20_400, stored: 20_400, dropped: 0, tail: 'complete' })
    expect(recount(scope.path!)).toMatchObject({ events: 20_400, tails: 0, state: 'closed', integrity: 'ok' })
  })

  it('gives a value to the begin and another to the end of one span', async () => {
    await using directory = await temporaryDirectory()
    await using scope = await createScope({ directory: directory.path, handleSignals: false, sources: false })
    const probe = scope['cinescope.probe.v1']
    const site = probe.site({ name: 'both' })
    const spans = Array.from({ length: 30 }, (_, n) => {
      const span = probe.open(18, site, undefined, { check: checkValue(n) })
      if (n % 2 === 0) span.end(200 + n, 0, { check: checkValue(n + 5) })
      return span
    })
    await scope.flush()
    // enough for several segments between the begins and the other ends
    for (let round = 0; round < 4; round++) {
      await films(scope, 0, 1000)
      await scope.flush()
    }
    for (const [n, span] of spans.entries()) span.end(200 + n, 0, { check: checkValue(n + 5) })
    await scope.flush()
    const found = await scope.recording().films({ order: 'time', where: { name: 'both' } })
    expect(found.items.map(({ status }) => status)).toEqual(spans.map((_, n) => 200 + n))
    for (const [n, { id }] of found.items.entries()) {
      const { events } = await scope.recording().film(id)
      const values = { value: { check: checkValue(n) }, result: { check: checkValue(n + 5) } }
      expect(events).toMatchObject([{ ...values, synthetic: false, open: false }])
    }
  })

  it('shows a span open while it is, and ended once it has, without a seal between', async () => {
    await using directory = await temporaryDirectory()
    await using scope = await createScope({ directory: directory.path, handleSignals: false, sources: false })
    const probe = scope['cinescope.probe.v1']
    const span = probe.open(18, probe.site({ name: 'open' }), undefined, { check: checkValue(1) })
    await scope.flush()
    const open = await scope.recording().events()
    expect(open.items).toMatchObject([{ open: true, durationNs: undefined, value: { check: checkValue(1) } }])
    span.end(0, 0, { check: checkValue(2) })
    await scope.flush()
    const ended = await scope.recording().events()
    expect(ended.items).toMatchObject([
      { open: false, value: { check: checkValue(1) }, result: { check: checkValue(2) } },
    ])
    expect(ended.items[0]!.durationNs).toBeGreaterThan(0)
  })

  it('accounts for what it had no room for, and keeps ends, errors and state longest', async () => {
    await using directory = await temporaryDirectory()
    const scope = await createScope({
      sources: false,
      directory: directory.path,
      handleSignals: false,
      ring: { records: 256, arenaBytes: 131_072 },
    })
    await scope.flush()
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 5000; i++) scope.log('much')
      for (let i = 0; i < 40; i++) scope.entity('kept', `k${i}`).snapshot({ round })
      await scope.flush()
      await setTimeout(20)
    }
    const status = scope.status()
    await scope.stop()
    await using recording = openRecording(scope.path!)
    const ledger = await recording.ledger()
    const counted = recount(scope.path!)
    expect(ledger).toMatchObject({ produced: 15_120, pending: 0, stored: counted.events, dropped: counted.missing })
    expect(status).toMatchObject({ produced: 15_120, pending: 0 })
    expect(ledger.dropped).toBeGreaterThan(1000)
    expect(ledger.rows.filter(({ reason }) => reason === 'full')).toEqual([
      { reason: 'full', kind: 'log', count: ledger.dropped },
    ])
    expect(ledger.stored + ledger.dropped).toBe(15_120)
  })
})
