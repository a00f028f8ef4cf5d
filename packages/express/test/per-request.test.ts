import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type Request, type Response, Router } from 'express'
import { expect, test } from 'vitest'
import { serveRecorded } from './fixture.ts'

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc') as () => void

test('functions of routers that are made for each request are collected while requests keep coming', async () => {
  const handlers: WeakRef<object>[] = []
  await using server = await serveRecorded((app) => {
    app.use((req, res, next) => {
      const router = Router()
      const handler = (_req: Request, response: Response): void => void response.end()
      handlers.push(new WeakRef(handler))
      router.get('/', handler)
      router(req, res, next)
    })
  })
  for (let i = 0; i < 200; i++) await fetch(server.url).then((response) => response.text())
  gc()
  expect(handlers.filter((handler) => handler.deref() !== undefined).length).toBeLessThan(20)
})
