import { Omitted } from '@cinescope/protocol'
import { expect, it } from 'vitest'
import { createScope } from '../../src/scope.ts'

it('an answer whose values would take too much memory ends early or leaves them out, and harms nobody', async () => {
  await using scope = await createScope({ sources: false, store: 'memory', handleSignals: false })
  const large = Array.from({ length: 50 }, () => Array.from({ length: 50 }, () => ({})))
  const count = 120
  await scope.span('root', async () => {
    for (let i = 0; i < count; i++) {
      scope.log('large', { large })
      if (i % 20 === 0) await scope.flush()
    }
  })
  await scope.flush()
  const recording = scope.recording()
  const page = await recording.events({ where: { kinds: ['log'] }, limit: 1000 })
  expect(page.items.length).toBeGreaterThan(10)
  expect(page.items.length).toBeLessThan(count)
  expect(page.items.at(-1)?.value).toMatchObject({ large })
  const rest = await recording.events({ where: { kinds: ['log'] }, limit: 1000, cursor: page.cursor ?? 'none' })
  expect(rest.items[0]?.seq).toBe(page.items.at(-1)!.seq + 1)
  let seen = 0
  for await (const event of recording.stream({ where: { kinds: ['log'] }, limit: 1000 })) {
    expect(event.value).toMatchObject({ message: 'large' })
    seen++
  }
  expect(seen).toBe(count)
  const [root] = (await recording.films()).items
  const film = await recording.film(root!.id)
  expect(film.events).toHaveLength(count + 1)
  expect(film.events.at(-1)?.value).toBeInstanceOf(Omitted)
  expect(film.events.at(-1)?.value).toMatchObject({ reason: 'size' })
  expect(await recording.childrenOf(root!.id)).toHaveLength(count)
  expect(scope.status()).toMatchObject({ state: 'recording', faults: [] })
})
