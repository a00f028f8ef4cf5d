import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openRecording } from '../../src/recording/open-recording.ts'
import { block, keeping, namesOf } from './kept.ts'

const figures = ['name', 'films', 'failed', 'kept'] as const
const fails = (): never => {
  throw new Error('as it must')
}

function told(routes: readonly Readonly<Record<string, unknown>>[]): unknown[] {
  return routes.map((route) => figures.map((figure) => route[figure]))
}

describe('routes', () => {
  it.each(['all', 'tail'] as const)('have figures of all films that ended, under %s', async (policy) => {
    await using it = await keeping({ policy, slowMs: 10_000, reservoir: 2 })
    const { scope } = it
    for (let i = 0; i < 7; i++) scope.span('often', () => scope.log('a line'))
    for (let i = 0; i < 3; i++) expect(() => scope.span('failing', fails)).toThrow('as it must')
    scope.span('rare', () => block(20))
    await scope.flush()
    const kept = policy === 'all' ? 7 : 2
    const expected = [
      ['often', 7, 0, kept],
      ['failing', 3, 3, 3],
      ['rare', 1, 0, 1],
    ]
    const live = await scope.recording().routes()
    expect(told(live as never)).toEqual(expected)
    expect(live[2]).toMatchObject({ kind: 'span', framework: 'user' })
    expect(live[2]?.p50Ns).toBeGreaterThan(19e6)
    scope.span('rare', () => block(20))
    const recording = await it.stopped()
    expect(told((await recording.routes()) as never)).toEqual([expected[0], expected[1], ['rare', 2, 0, 2]])
    expect((await namesOf(recording)).filter((name) => name === 'often')).toHaveLength(kept)
  })

  it('keep what is slower than most of their films, though it is fast for others', async () => {
    await using it = await keeping({ policy: 'tail', slowMs: 10_000, slowQuantile: 0.95, reservoir: 0 })
    const { scope } = it
    for (let i = 0; i < 150; i++) scope.span('quick', () => undefined)
    scope.span('quick', () => block(15))
    scope.span('slow by nature', () => block(15))
    await scope.flush()
    const { items } = await scope.recording().films({ where: { minDurationMs: 15 } })
    expect(items.map(({ name }) => name)).toEqual(['quick'])
  })

  it('of several recordings are told as one', async () => {
    await using one = await keeping({ policy: 'tail' })
    const { scope } = one
    scope.span('shared', () => undefined)
    await scope.stop()
    await using other = await keeping({ policy: 'tail' }, { directory: join(scope.path!, '..') })
    other.scope.span('shared', () => undefined)
    other.scope.span('own', () => undefined)
    await other.scope.stop()
    await using directory = openRecording(join(scope.path!, '..'))
    expect(told((await directory.routes()) as never)).toEqual([
      ['shared', 2, 0, 2],
      ['own', 1, 0, 1],
    ])
  })
})
