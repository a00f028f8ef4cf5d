import { parseTraceparent } from '@cinescope/protocol'
import { expect, test } from 'vitest'
import { createScope } from '@cinescope/core'
import { probeOf } from '@cinescope/core/adapter'

test('a trace id that looks like a card number is adopted whole', async () => {
  await using scope = await createScope({ sources: false, store: 'memory', handleSignals: false })
  const probe = probeOf(scope)
  const remote = parseTraceparent('00-abcdefabcdefabcd4111111111111111-00f067aa0ba902b7-01')!
  const root = probe.open(1, probe.site({ name: 'GET /' }), undefined)
  probe.adopt(root, remote.traceId, remote.spanId)
  root.end(200)
  await scope.flush()
  const films = await scope.recording().filmsOfTrace(remote.traceId)
  expect(films.map(({ id, traceId }) => ({ id, traceId }))).toEqual([{ id: root.id, traceId: remote.traceId }])
})
