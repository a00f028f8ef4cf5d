import { rootOf } from '@cinescope/testkit'
import express from 'express'
import { expect, test } from 'vitest'
import { serveRecorded } from './fixture.ts'

const JSON_TYPE = { 'content-type': 'application/json' }

test('200 overlapping requests give 200 films, each with its own events and parents', async () => {
  await using server = await serveRecorded((app, scope) => {
    app.use(express.json())
    app.use(async function load(req, _res, next) {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20))
      scope.log('loaded', { id: req.body.id })
      next()
    })
    app.post('/things/:id', async function show(req, res) {
      await Promise.all(
        [1, 2].map((n) =>
          scope.span(`work ${n}`, async () => {
            await new Promise((resolve) => setTimeout(resolve, Math.random() * 20))
            scope.log('worked', { id: req.body.id })
          }),
        ),
      )
      res.json({ id: req.body.id })
    })
  })
  const ids = Array.from({ length: 200 }, (_, id) => id)
  await Promise.all(
    ids.map((id) =>
      fetch(`${server.url}/things/${id}`, { method: 'POST', body: JSON.stringify({ id }), headers: JSON_TYPE }),
    ),
  )
  const films = await server.films(200)
  expect(films).toHaveLength(200)
  const seen = films.map((film) => {
    const id = Number((rootOf(film).value as { 'url.path': string })['url.path'].split('/')[2])
    const names = new Map(film.events.map((event) => [event.id, event.name]))
    const shape = film.events
      .map((event) => `${event.parent === undefined ? '' : names.get(event.parent)} > ${event.kind} ${event.name}`)
      .toSorted()
    expect(shape).toEqual(
      [
        ' > request POST /things/:id',
        'POST /things/:id > attribute http.request.body',
        'POST /things/:id > attribute http.response.body',
        'POST /things/:id > handler show',
        'POST /things/:id > middleware jsonParser',
        'POST /things/:id > middleware load',
        'load > log log',
        'show > span work 1',
        'show > span work 2',
        'work 1 > log log',
        'work 2 > log log',
      ].toSorted(),
    )
    for (const event of film.events)
      if (event.kind === 'log' || event.name.endsWith('.body')) expect(event.value).toMatchObject({ id })
    return id
  })
  expect(seen.toSorted((a, b) => a - b)).toEqual(ids)
})
