// A shop that asks the stock, or the stock itself; nothing in it says that it is recorded but how it ends.
import { createScope } from '@cinescope/core'
import express from 'express'

const { STOCK_PORT: stock } = process.env
const LINES = { 3: 10_050 }
const app = express()
app.get('/orders/:id', async (request, response) => {
  const answer = await fetch(`http://127.0.0.1:${stock}/items/${request.params.id}`)
  response.json({ order: request.params.id, ...(await answer.json()) })
})
app.get('/items/:id', async (request, response) => {
  const scope = await createScope()
  scope.entity('item', request.params.id).snapshot({ left: 10 - Number(request.params.id) })
  // more than a page of events holds
  for (let i = 0; i < LINES[request.params.id]; i++) {
    scope.log('line', { i })
    if (i % 1000 === 0) await scope.flush()
  }
  response.json({ item: request.params.id })
})
const server = app.listen(0, '127.0.0.1', () => process.send(server.address().port))
process.once('message', () => {
  server.close(() => process.disconnect())
  server.closeAllConnections()
})
