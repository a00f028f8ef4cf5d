import { createScope, type Scope } from '@cinescope/core'
import request from 'supertest'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createApp } from '../src/app.ts'

describe('the order service under test, recorded', () => {
  let scope: Scope
  let app: ReturnType<typeof createApp>
  beforeAll(async () => {
    scope = await createScope({ sources: false, store: 'memory', handleSignals: false })
    app = createApp(scope)
  })
  afterAll(() => scope.stop())

  test('an order is validated, paid, then saved, inside its handler', async () => {
    const body = { customer: 'Ada', items: [{ sku: 'lamp', quantity: 1 }], card: { number: '4111111111111111' } }
    const film = await scope.record(() => request(app).post('/orders').send(body).expect(201))
    expect(film.summary).toMatchObject({ name: 'POST /orders', status: 201, error: false })
    const named = (name: string): (typeof film.events)[number] | undefined =>
      film.events.find((event) => event.name === name)
    const handler = named('createOrder')
    expect(handler).toMatchObject({ kind: 'handler', parentCertainty: 'known' })
    expect([named('charge card')?.parent, named('db.save')?.parent]).toEqual([handler?.id, handler?.id])
    expect(named('validateOrder')?.kind).toBe('handler')
    expect(JSON.stringify(film.events)).not.toContain(body.card.number)
  })

  test('an order that is not valid is never paid', async () => {
    const film = await scope.record(() => request(app).post('/orders').send({ customer: 'Ada' }).expect(422))
    expect(film.events.map(({ name }) => name)).not.toContain('charge card')
  })

  test('an invoice that fails shows both errors', async () => {
    const film = await scope.record(() => request(app).get('/orders/1/invoice').expect(500))
    const error = film.events.find(({ kind }) => kind === 'error')
    expect(film.summary).toMatchObject({ name: 'GET /orders/:id/invoice', error: true })
    expect(error?.value).toMatchObject({
      type: 'Error',
      members: { message: 'the invoice could not be rendered', cause: { type: 'SyntaxError' } },
    })
  })

  test('a route behind a mounted router has its whole template', async () => {
    const film = await scope.record(() => request(app).get('/u/7/posts/3').expect(200))
    expect(film.summary.name).toBe('GET /u/:uid/posts/:pid')
  })
})
