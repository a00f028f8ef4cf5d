/** /orders: list, create, show, ship, and three routes with character: a slow one, a failing one, a long one. */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Scope } from '@cinescope/core'
import { type RequestHandler, Router } from 'express'
import type { Order, Store } from './store.ts'

export function ordersRouter(scope: Scope, store: Store): Router {
  const router = Router()

  router.get('/', async function listOrders(_req, res) {
    res.json(await scope.span('db.orders', () => store.orders()))
  })

  router.post('/', validateOrder, async function createOrder(req, res) {
    const { customer, items, card } = req.body
    const payment = await scope.span('charge card', () => charge(card))
    const order = await scope.span('db.save', () => store.save({ customer, items, status: 'paid' }))
    remember(order)
    scope.log('order created', { order: order.id, payment })
    res.status(201).json(order)
  })

  router.get('/report', async function slowReport(_req, res) {
    const orders = await store.orders()
    const totals = await scope.span('add up', async () => {
      await sleep(240)
      return { orders: orders.length }
    })
    res.json(totals)
  })

  router.get('/export', async function exportOrders(_req, res) {
    res.type('text/csv').write('id,customer\n')
    for (let row = 0; row < 100 && !res.destroyed; row++) {
      await sleep(20)
      res.write(`${row},someone\n`)
    }
    res.end()
  })

  router.get('/:id', async function showOrder(req, res) {
    const order = await scope.span('db.order', () => store.order(Number(req.params['id'])))
    if (order === undefined) throw Object.assign(new Error(`no order ${req.params['id']}`), { status: 404 })
    res.json(order)
  })

  router.post('/:id/ship', async function shipOrder(req, res) {
    const order = await store.order(Number(req.params['id']))
    if (order === undefined) throw Object.assign(new Error(`no order ${req.params['id']}`), { status: 404 })
    remember(await store.save({ ...order, status: 'shipped' }))
    res.status(204).end()
  })

  router.get('/:id/invoice', async function renderInvoice() {
    await scope.span('render invoice', async () => {
      await sleep(3)
      try {
        JSON.parse('{"template":')
      } catch (cause) {
        throw new Error('the invoice could not be rendered', { cause })
      }
    })
  })

  /** State travels with the recording: `cinescope state order 3 --at 14:30:05`. */
  function remember(order: Order): void {
    scope.entity('order', String(order.id)).snapshot(order)
  }

  return router
}

const validateOrder: RequestHandler = function validateOrder(req, res, next) {
  const { customer, items } = req.body ?? {}
  if (typeof customer === 'string' && Array.isArray(items) && items.length > 0) return next()
  res.status(422).json({ error: 'an order needs a customer and at least one item' })
}

async function charge(card: unknown): Promise<string> {
  await sleep(6)
  if (card === undefined) throw Object.assign(new Error('no card given'), { status: 402 })
  return 'paid'
}
