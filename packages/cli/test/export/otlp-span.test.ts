import type { CinescopeEvent } from '@cinescope/core'
import { expect, test } from 'vitest'
import { spanOf } from '../../src/export/otlp/span.ts'

test.each([Infinity, Number.NaN, 1e300, -1])('a span that claims to last %s ns ends when it began', (durationNs) => {
  // as a hostile recording may have it
  const event = { id: '0123456789abcdef', kind: 'span', name: 'a', at: 1, durationNs } as unknown as CinescopeEvent
  const own = '4bf92f3577b34da6a3ce929d0e0e4736' as Parameters<typeof spanOf>[1]['own']
  expect(spanOf({ event, points: [] }, { own, cause: undefined })).toMatchObject({
    startTimeUnixNano: '1000000',
    endTimeUnixNano: '1000000',
  })
})
