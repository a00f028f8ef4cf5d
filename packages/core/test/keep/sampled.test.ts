import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { MessageRole } from '../../src/adapter/message.ts'
import { probeOf } from '../../src/capture/probe-of.ts'
import { serving } from '../sources/fixture.ts'
import { keeping, namesOf, total } from './kept.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const parentOf = (flags: '00' | '01'): string => `00-${TRACE}-00f067aa0ba902b7-${flags}`
const fails = (): never => {
  throw new Error('as it must')
}

describe('a scope that samples', () => {
  it('counts films that it leaves out, and records nothing inside of them', async () => {
    await using it = await keeping({}, { sample: 0 })
    const { scope } = it
    scope.span('outer', () => {
      scope.log('of nobody')
      scope.current()?.set('answer', 42)
      expect(() => scope.span('inner', fails)).toThrow('as it must')
    })
    expect(() => scope.span('outer', fails)).toThrow('as it must')
    scope.log('outside of films')
    await scope.flush()
    expect(scope.status()).toMatchObject({ produced: 5, stored: 1, sampledOut: 4, dropped: 0, pending: 0 })
    const recording = await it.stopped()
    expect(await namesOf(recording)).toEqual([])
    const { items } = await recording.events({ limit: 100 })
    expect(items.map(({ kind }) => kind)).toEqual(['log'])
    expect(await recording.routes()).toMatchObject([{ name: 'outer', films: 2, failed: 1, kept: 0 }])
    expect(await recording.ledger()).toMatchObject({
      produced: 5,
      stored: 1,
      sampledOut: 4,
      pending: 0,
      rows: expect.arrayContaining([{ reason: 'sampledOut', kind: 'span', count: 4 }]),
    })
  })

  it.each(['all', 'tail', 'window'] as const)('has films whole or not at all, under %s', async (policy) => {
    await using it = await keeping({ policy, slowMs: 60_000, reservoir: 1_000_000 }, { sample: 0.5 })
    const { scope } = it
    for (let i = 0; i < 400; i++) scope.span('outer', () => scope.span('inner', () => scope.log('line')))
    scope.keep('to see them')
    await scope.flush()
    const status = scope.status()
    expect(total(status)).toBe(status.produced)
    const recording = await it.stopped()
    const { items } = await recording.films({ limit: 500 })
    expect(items.every(({ name, events }) => name === 'outer' && events === 5)).toBe(true)
    // one in 10^13 runs is further from the middle
    expect(items.length).toBeGreaterThan(125)
    expect(items.length).toBeLessThan(275)
    expect(status.sampledOut).toBe(2 * (400 - items.length))
    expect(await recording.routes()).toMatchObject([{ name: 'outer', films: 400, kept: items.length }])
  })

  it('records states and what is asked of it, whatever becomes of the film', async () => {
    await using it = await keeping({ policy: 'window' }, { sample: 0 })
    const { scope } = it
    const cart = scope.entity('cart', 7)
    scope.log('held')
    scope.span('shopping', () => {
      cart.snapshot({ items: 1, total: 10 })
      cart.snapshot({ items: 2, total: 10 })
      scope.keep('a purchase')
    })
    const recording = await it.stopped()
    expect(await recording.stateAt(cart.entity)).toMatchObject({ state: { items: 2, total: 10 } })
    expect((await recording.history(cart.entity)).items).toHaveLength(2)
    const { items } = await recording.events({ where: { kinds: ['control', 'log'] } })
    expect(items.map(({ kind }) => kind).sort()).toEqual(['control', 'log'])
    expect(await namesOf(recording)).toEqual([])
    expect((await recording.ledger()).sampledOut).toBe(2)
  })

  it('records that processes were born and died', async () => {
    await using it = await keeping({}, { sample: 0, sources: { child_process: true } })
    const { scope } = it
    await scope.span('spawning', () => once(spawn(process.execPath, ['--version']), 'exit'))
    const recording = await it.stopped()
    const { items } = await recording.events({ limit: 10, order: 'time' })
    expect(items.map(({ kind }) => kind)).toEqual(['entity.born', 'entity.died'])
    expect(await namesOf(recording)).toEqual([])
  })

  it.each([
    ['00', 0.999, 0],
    ['01', 0.001, 2],
  ] as const)('follows the flag %s of a caller, and tells it on', async (flags, sample, films) => {
    // by itself it would decide otherwise
    await using it = await keeping({}, { sample, sources: { 'http.server': true, undici: true } })
    const told: string[] = []
    await using inner = await serving((req, res) => {
      told.push(String(req.headers['traceparent']))
      res.end('ok')
    })
    await using outer = await serving((_, res) => {
      void fetch(`${inner.url}/inner`).then(() => res.end('ok'))
    })
    await fetch(outer.url, { headers: { traceparent: parentOf(flags) } })
    // those of the test itself are its own roots
    const carried = told.map((header) => header.split('-'))
    expect(carried.map((parts) => [parts[1], parts[3]])).toEqual([[TRACE, flags]])
    const recording = await it.stopped()
    expect(await recording.filmsOfTrace(TRACE as never)).toHaveLength(films)
  })

  it('is told by no caller what to leave out where everything is recorded', async () => {
    await using it = await keeping({}, { sources: { 'http.server': true, undici: false } })
    await using server = await serving((_, res) => void res.end('ok'))
    await fetch(server.url, { headers: { traceparent: parentOf('00') } })
    const recording = await it.stopped()
    expect(await namesOf(recording)).toEqual(['GET'])
  })

  it('tells it with messages, too', async () => {
    await using it = await keeping({}, { sample: 0 })
    const { scope } = it
    const role = new MessageRole(probeOf(scope), { system: 'test', destination: 'there', values: true })
    const carrier = scope.span('sending', () => role.send({ a: 1 }))
    expect(carrier?.traceparent).toMatch(/-00$/)
    expect(role.receive({ ...carrier, traceparent: parentOf('01') }, 'taken', () => scope.current()?.traceId)).toBe(
      TRACE,
    )
    role.receive(carrier, 'left', () => undefined)
    const recording = await it.stopped()
    expect(await namesOf(recording)).toEqual(['message from there'])
    expect(await recording.ledger()).toMatchObject({ sampledOut: 4 })
  })

  it('records the film that is asked for', async () => {
    await using it = await keeping({}, { sample: 0, sources: { 'http.server': true } })
    await using server = await serving((_, res) => void res.end('ok'))
    const film = await it.scope.record(async () => (await fetch(server.url)).text())
    expect(film.films.map(({ summary }) => summary.name)).toEqual(['GET'])
    expect(film.result).toBe('ok')
  })
})
