/** What a producer and a consumer of one ring do in turns. */

import fc from 'fast-check'
import { ROOM } from './ring-fixture.ts'

export type Step =
  | { readonly kind: 'offer'; readonly count: number; readonly priority: boolean; readonly value: number | undefined }
  | { readonly kind: 'drain'; readonly limit: number }

export const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('offer' as const),
      count: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 40 })),
      priority: fc.boolean(),
      value: fc.option(fc.integer({ min: 1, max: ROOM }), { nil: undefined }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('drain' as const),
      limit: fc.oneof(fc.nat({ max: 8 }), fc.constant(1000)),
    }),
  },
)

/** Counts that lie before, at and beyond the border of 32 bits. */
export const start = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 1, max: 200 }).map((back) => 2 ** 32 - back),
  fc.integer({ min: 1, max: 200 }).map((back) => 2 ** 31 - back),
)
