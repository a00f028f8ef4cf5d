import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { block, keeping, namesOf } from './kept.ts'

const WINDOW = { policy: 'window', afterSeconds: 0 } as const

const fails = (): never => {
  throw new Error('as it must')
}

describe('a scope that holds what happened lately', () => {
  it('keeps it when a film fails, with what led to that, and lets go of the rest', async () => {
    await using it = await keeping(WINDOW)
    const { scope } = it
    scope.span('before', () => scope.log('what led to it'))
    expect(() => scope.span('failed', fails)).toThrow('as it must')
    block(2)
    scope.span('after', () => undefined)
    await scope.flush()
    expect(scope.status()).toMatchObject({ stored: 6, pending: 2, notKept: 0 })
    const recording = await it.stopped()
    expect(await namesOf(recording)).toEqual(['before', 'failed'])
    expect(await recording.ledger()).toMatchObject({ produced: 8, stored: 6, notKept: 2, pending: 0 })
  })

  it('keeps it when a film is slow, and everything for some time after', async () => {
    await using it = await keeping({ policy: 'window', slowMs: 10, afterSeconds: 3600 })
    const { scope } = it
    scope.span('before', () => undefined)
    scope.span('slow', () => block(15))
    scope.span('after', () => undefined)
    expect(await namesOf(await it.stopped())).toEqual(['before', 'slow', 'after'])
  })

  it('keeps it when it is asked to, and tells why', async () => {
    await using it = await keeping(WINDOW)
    const { scope } = it
    scope.span('before', () => undefined)
    scope.keep('somebody called')
    const recording = await it.stopped()
    expect(await namesOf(recording)).toEqual(['before'])
    const { items } = await recording.events({ where: { kinds: ['control'] } })
    expect(items.map(({ value }) => ({ ...(value as object) }))).toEqual([{ reason: 'somebody called' }])
  })

  it('keeps it at the signal that is named', async () => {
    await using it = await keeping({ ...WINDOW, signal: 'SIGUSR2' })
    const { scope } = it
    scope.span('before', () => undefined)
    const told = once(process, 'SIGUSR2')
    process.kill(process.pid, 'SIGUSR2')
    await told
    await scope.flush()
    expect(await namesOf(scope.recording())).toEqual(['before'])
    await scope.stop()
    expect(process.listenerCount('SIGUSR2')).toBe(0)
  })

  it('has every state, of what it has let go of too', async () => {
    await using it = await keeping(WINDOW)
    const { scope } = it
    const cart = scope.entity('cart', 7)
    for (let n = 1; n <= 5; n++) scope.span('film', () => cart.snapshot({ n }))
    const recording = await it.stopped()
    expect(await namesOf(recording)).toEqual([])
    const entity = { kind: 'cart', scope: scope.node, id: '7' }
    expect(await recording.stateAt(entity)).toMatchObject({ state: { n: 5 }, lostChanges: 0 })
    const { items } = await recording.history(entity)
    expect(items).toHaveLength(5)
  })

  it('is closed by a shorter time after it, though it is open', async () => {
    await using it = await keeping({ policy: 'window', afterSeconds: 86_400 })
    const { scope } = it
    scope.keep('all of the day')
    scope.span('of the day', () => undefined)
    await scope.flush()
    scope.set({ keep: { afterSeconds: 0 } })
    await scope.flush()
    block(2)
    scope.span('held again', () => undefined)
    await scope.flush()
    expect(await namesOf(scope.recording())).toEqual(['of the day'])
  })
})

describe('asking that something be kept', () => {
  it('keeps the current film, and no other', async () => {
    await using it = await keeping({ policy: 'tail', reservoir: 0 })
    const { scope } = it
    scope.span('not asked for', () => undefined)
    scope.span('asked for', () => scope.span('inner', () => scope.keep('it looks odd')))
    scope.keep('outside of films')
    const recording = await it.stopped()
    const { items } = await recording.films()
    expect(items.map(({ name, marked, decidedEarly, events }) => [name, marked, decidedEarly, events])).toEqual([
      ['asked for', true, false, 5],
    ])
    expect((await recording.film(items[0]!.id)).events.map(({ kind }) => kind)).toEqual(['span', 'span', 'control'])
  })

  it.each(['tail', 'window'] as const)('is not needed for what record() runs, under %s', async (policy) => {
    await using it = await keeping({ policy, reservoir: 0, afterSeconds: 0 })
    const { scope } = it
    scope.span('before', () => undefined)
    const film = await scope.record(() => scope.span('work', () => 42))
    expect([film.result, film.events.map(({ name }) => name)]).toEqual([42, ['record', 'work']])
    block(2)
    scope.span('after', () => undefined)
    await scope.flush()
    expect((await namesOf(scope.recording())).at(-1)).toBe('record')
  })
})
