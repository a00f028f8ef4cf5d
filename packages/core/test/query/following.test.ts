import { CinescopeError, type SpanId } from '@cinescope/protocol'
import { createScope, type Scope } from '@cinescope/core'
import { describe, expect, test } from 'vitest'

async function scopeWith(logs: number): Promise<Scope> {
  const scope = await createScope({ sources: false, store: 'memory', handleSignals: false })
  for (let i = 0; i < logs; i++) {
    scope.span(`job ${i}`, () => scope.log('said', { i }))
    // the ring must not overflow
    if (i % 4000 === 0) await scope.flush()
  }
  await scope.flush()
  return scope
}

describe('following cursors', () => {
  test.each(['time', '-time'] as const)(
    'by %s reads no segment again that pages before have told whole',
    async (order) => {
      await using scope = await scopeWith(20_000)
      const recording = scope.recording()
      const first = await recording.events({ order, limit: 10_000 })
      const second = await recording.events({ order, limit: 10_000, cursor: first.cursor! })
      expect(first.explain.segmentsSkipped['position']).toBeUndefined()
      expect(second.explain.segmentsSkipped['position']).toBeGreaterThan(0)
      expect(second.items).toHaveLength(10_000)
    },
  )
})

describe('summaries of films', () => {
  test('are those of the films that are there', async () => {
    await using scope = await scopeWith(3)
    const recording = scope.recording()
    const { items } = await recording.films()
    const unknown = 'ffffffffffffffff' as SpanId
    expect(await recording.filmSummaries([unknown, ...items.map(({ id }) => id)])).toEqual(items)
  })

  test('are refused for more films than an answer holds', async () => {
    await using scope = await scopeWith(1)
    const ids = Array.from({ length: 10_001 }, () => 'ffffffffffffffff' as SpanId)
    await expect(scope.recording().filmSummaries(ids)).rejects.toSatisfy(
      (thrown) => thrown instanceof CinescopeError && thrown.code === 'CSC_ERR_QUERY',
    )
    expect(await scope.recording().filmSummaries(ids.slice(1))).toEqual([])
  })
})
