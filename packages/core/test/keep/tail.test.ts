import { setTimeout } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { serving } from '../sources/fixture.ts'
import { block, keeping, namesOf, total } from './kept.ts'

const fails = (): never => {
  throw new Error('as it must')
}

describe('a scope that keeps films by their end', () => {
  it('keeps those that failed, were slow or were marked, with all that is in them, and accounts for the others', async () => {
    await using it = await keeping({ policy: 'tail', slowMs: 20, reservoir: 0 })
    const { scope } = it
    scope.span('fast', () => scope.span('inner', () => scope.log('of nobody')))
    expect(() => scope.span('failed', () => scope.span('inner', fails))).toThrow('as it must')
    scope.span('slow', () => scope.span('inner', () => block(25)))
    scope.span('marked', () => scope.current()?.set('answer', 42))
    scope.log('outside of films')
    await scope.flush()
    expect(scope.status()).toMatchObject({ notKept: 5, pending: 0 })
    const recording = await it.stopped()
    expect(await namesOf(recording)).toEqual(['failed', 'slow', 'marked'])
    const { items } = await recording.events({ limit: 100, order: 'time' })
    expect(items.map(({ name, kind }) => `${kind} ${name}`)).toEqual([
      'span failed',
      'span inner',
      'error inner',
      'span slow',
      'span inner',
      'span marked',
      'attribute attribute',
      'log log',
    ])
    expect(await recording.ledger()).toMatchObject({
      produced: 18,
      stored: 13,
      notKept: 5,
      pending: 0,
      tail: 'complete',
      rows: expect.arrayContaining([
        { reason: 'notKept', kind: 'span', count: 4 },
        { reason: 'notKept', kind: 'log', count: 1 },
      ]),
    })
  })

  it('lets what comes after the end of a film go its way', async () => {
    await using it = await keeping({ policy: 'tail', reservoir: 0 })
    const { scope } = it
    const late: Promise<void>[] = []
    const open = (name: string, fail: boolean): void => {
      scope.span(name, () => {
        late.push(Promise.resolve().then(() => scope.span(`late in ${name}`, () => undefined)))
        if (fail) fails()
      })
    }
    open('fast', false)
    expect(() => open('failed', true)).toThrow('as it must')
    await Promise.all(late)
    const recording = await it.stopped()
    expect(await namesOf(recording)).toEqual(['failed'])
    const { items } = await recording.events({ limit: 100, order: 'time' })
    expect(items.map(({ name }) => name)).toEqual(['failed', 'failed', 'late in failed'])
    expect((await recording.films()).items[0]).toMatchObject({ events: 5, errors: 1 })
  })

  it('decides nothing in a flush, says so by what is pending, and decides all when it stops', async () => {
    await using it = await keeping({ policy: 'tail', reservoir: 0 })
    const { scope } = it
    let release = (): void => undefined
    const open = scope.span('open', async () => {
      scope.log('inside')
      await new Promise<void>((resolve) => (release = resolve))
    })
    scope.log('outside')
    await scope.flush()
    expect(scope.status()).toMatchObject({ produced: 3, stored: 1, notKept: 0, pending: 2 })
    expect(total(scope.status())).toBe(3)
    await scope.stop()
    expect(scope.status()).toMatchObject({ produced: 3, stored: 1, notKept: 2, pending: 0 })
    release()
    await open
  })

  it('records each state of an entity, whatever becomes of the film in which it came to be', async () => {
    await using it = await keeping({ policy: 'tail', reservoir: 0 })
    const { scope } = it
    const cart = scope.entity('cart', 7)
    scope.span('fast', () => cart.snapshot({ items: ['a'] }))
    expect(() =>
      scope.span('failed', () => {
        cart.snapshot({ items: ['a', 'b'] })
        block(3)
        fails()
      }),
    ).toThrow('as it must')
    block(3)
    scope.span('fast again', () => cart.snapshot({ items: ['a', 'b', 'c'] }))
    await scope.flush()
    const recording = await it.stopped()
    expect(await namesOf(recording)).toEqual(['failed'])
    const entity = { kind: 'cart', scope: scope.node, id: '7' }
    const { items } = await recording.history(entity)
    expect(items.map(({ event }) => event.film !== undefined)).toEqual([true, true, true])
    const last = { items: ['a', 'b', 'c'] }
    expect(await recording.stateAt(entity)).toMatchObject({ state: last, lostChanges: 0, mayHaveChanged: false })
    const [film] = (await recording.films()).items
    const failed = await recording.film(film!.id)
    expect(await recording.stateAt(entity, failed.events.at(-1)!.at)).toMatchObject({ state: { items: ['a', 'b'] } })
    const write = await recording.lastWrite(entity, 'items.2')
    expect(write?.event.id).toBe(items.at(-1)?.event.id)
    // begin and end of the span, the error, and the state
    expect(film).toMatchObject({ events: 4, errors: 1 })
    expect(failed.events).toHaveLength(3)
  })

  it('keeps what is asked for, though that takes longer than who asks is believed', async () => {
    const keep = { policy: 'tail', slowMs: 60_000, reservoir: 0, maxSeconds: 1 } as const
    await using it = await keeping(keep, { sources: { 'http.server': true } })
    await using server = await serving((_, res) => void res.end('ok'))
    const { films } = await it.scope.record(async () => {
      await setTimeout(2500)
      await (await fetch(server.url)).text()
    })
    expect(films.map(({ summary }) => summary.name)).toEqual(['GET'])
  })
})
