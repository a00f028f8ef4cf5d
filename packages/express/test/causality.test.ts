import { once } from 'node:events'
import { get } from 'node:http'
import { text } from 'node:stream/consumers'
import { cinescope } from '@cinescope/express'
import { filmsOf } from '@cinescope/testkit'
import { expect, test } from 'vitest'
import { serve, temporaryScope } from './fixture.ts'

test('a request that an application makes to itself is caused by the handler that made it, and is of its story', async () => {
  await using scope = await temporaryScope({ sources: { 'http.client': false } })
  await using server = await serve((app) => {
    app.use(cinescope(scope))
    app.get('/stock/:id', function stock(_req, res) {
      res.json({ left: 3 })
    })
    app.get('/orders/:id', async function order(req, res) {
      const origin = `http://${req.headers.host ?? ''}`
      // one alone, and two side by side
      await (await fetch(`${origin}/stock/1`)).text()
      await Promise.all([2, 3].map(async (id) => (await fetch(`${origin}/stock/${id}`)).text()))
      res.json({ ordered: true })
    })
  })
  // both are under way at the same time; who asks is not recorded
  await Promise.all(
    [7, 8].map(async (id) => {
      const [response] = (await once(get(`${server.url}/orders/${id}`), 'response')) as [NodeJS.ReadableStream]
      await text(response)
    }),
  )
  const films = await filmsOf(scope, 8)
  const recording = scope.recording()
  const orders = films.filter(({ summary }) => summary.name === 'GET /orders/:id')
  expect(orders).toHaveLength(2)
  const seen = new Set<string>()
  for (const { summary } of orders) {
    const told = await recording.story(summary.id)
    const [first, ...stocks] = told.films.map(({ film }) => film)
    expect([first?.id, ...stocks.map(({ name }) => name)]).toEqual([summary.id, ...Array(3).fill('GET /stock/:id')])
    expect(told.origins).toEqual([summary.id])
    for (const { id } of stocks) {
      seen.add(id)
      const { nodes } = await recording.causesOf(id)
      const way = nodes.map(({ event }) => (event.kind === 'handler' ? event.name : event.kind))
      expect(way).toEqual(['request', 'client.request', 'order', 'request'])
      expect(nodes.at(-1)?.event.id).toBe(summary.id)
      expect((await recording.pathBetween(summary.id, id)).events).toHaveLength(4)
    }
    const { nodes } = await recording.effectsOf(summary.id)
    expect(stocks.every(({ id }) => nodes.some(({ event }) => event.id === id))).toBe(true)
  }
  expect(seen.size).toBe(6)
  const [one, other] = orders.map(({ summary }) => summary.id)
  const beside = await recording.concurrentWith(one!, { limit: 1000 })
  expect(beside.items.some(({ id }) => id === other)).toBe(true)
  const { direction, common } = await recording.pathBetween(one!, other!)
  expect([direction, common]).toEqual([undefined, undefined])
})
