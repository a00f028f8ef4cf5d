import { IncomingMessage, ServerResponse } from 'node:http'
import http2 from 'node:http2'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { fastify } from 'fastify'
import { describe, expect, it } from 'vitest'
import { ofKind, recorded, serving } from './fixture.ts'

const ON = { sources: { 'http.server': true, 'http2.server': true } } as const

describe('a request to a server of node:http', () => {
  it('is a film without any adapter, with bodies, and its code runs in its context', async () => {
    await using made = await recorded(ON)
    const contexts: unknown[] = []
    await using peer = await serving((req, res) => {
      contexts.push(made.scope.current()?.id)
      req.on('data', () => contexts.push(made.scope.current()?.id))
      req.on('end', () => {
        contexts.push(made.scope.current()?.id)
        made.scope.span('inside', () => undefined)
        res.writeHead(201, { 'content-type': 'application/json' }).end('{"ok":true}')
      })
    })
    const headers = { 'content-type': 'application/json' }
    await (await fetch(`${peer.url}/a?q=1`, { method: 'POST', headers, body: '{"name":"x","password":"hush"}' })).text()
    await sleep(20)
    const film = await made.film('POST')
    expect(film.summary).toMatchObject({ kind: 'request', status: 201 })
    expect(contexts).toEqual([film.summary.id, film.summary.id, film.summary.id])
    expect(ofKind(film, 'span')).toMatchObject([{ name: 'inside', parent: film.summary.id }])
    const bodies = ofKind(film, 'attribute').map(({ name }) => name)
    expect(bodies).toEqual(expect.arrayContaining(['http.request.body', 'http.response.body', 'url.query']))
    expect(JSON.stringify(film)).not.toContain('hush')
  })

  it('leaves what can be listed of it and its answer as it is', async () => {
    const listed: (readonly string[])[] = []
    const shared = (): readonly (readonly string[])[] =>
      [IncomingMessage.prototype, ServerResponse.prototype].map((each) => Object.getOwnPropertyNames(each))
    const before = shared()
    await using peer = await serving((req, res) => {
      listed.push(Object.keys(req), Object.keys(res))
      req.resume().on('end', () => res.end('x'))
    })
    const ask = async (): Promise<unknown> => (await fetch(peer.url, { method: 'POST', body: 'hi' })).text()
    await ask()
    await using made = await recorded(ON)
    await ask()
    expect(listed.slice(2)).toEqual(listed.slice(0, 2))
    const film = await made.film('POST')
    const bodies = ofKind(film, 'attribute').map(({ name }) => name)
    expect(bodies).toEqual(expect.arrayContaining(['http.request.body', 'http.response.body']))
    await made.scope.stop()
    expect(shared()).toEqual(before)
  })

  it('that somebody has given methods of its own leaves those listed, and no others', async () => {
    await using made = await recorded(ON)
    await using peer = await serving((_, res) => {
      const wrapped: Pick<typeof res, 'write' | 'end'> = res
      wrapped.write('a')
      res.end(String(Object.keys(res).filter((name) => ['emit', 'write', 'end'].includes(name))))
    })
    peer.server.prependListener('request', (_, res) => Object.assign(res, { write: res.write }))
    expect(await (await fetch(peer.url)).text()).toBe('awrite')
    expect(made.faults).toEqual([])
  })

  it('called from inside of another is a film of its own in the same trace', async () => {
    await using made = await recorded(ON)
    await using inner = await serving((_, res) => res.end('inner'))
    await using outer = await serving(async (_, res) => res.end(await (await fetch(inner.url)).text()))
    await (await fetch(outer.url)).text()
    await sleep(20)
    await made.scope.flush()
    const { items } = await made.scope.recording().films({ where: { name: 'GET' } })
    expect(items).toHaveLength(2)
    expect(items[0]!.traceId).toBe(items[1]!.traceId)
  })

  it('is none where an option does not ask for it', async () => {
    await using made = await recorded()
    await using peer = await serving((_, res) => res.end('x'))
    await (await fetch(peer.url)).text()
    await made.scope.flush()
    expect((await made.scope.recording().films({ where: { name: 'GET' } })).items).toEqual([])
  })
})

describe('a request to Fastify', () => {
  it('is named by its route and holds its handler, in whose context the handler runs', async () => {
    await using made = await recorded(ON)
    const app = fastify()
    const contexts: unknown[] = []
    app.get('/users/:id', async (request) => {
      contexts.push(made.scope.current()?.id)
      await sleep(1)
      return made.scope.span('inside', () => ({ id: (request.params as { id: string }).id }))
    })
    app.get('/sync', (_request, reply) => void reply.send('ok'))
    app.get('/boom', async () => {
      throw new Error('boom')
    })
    await app.listen({ port: 0, host: '127.0.0.1' })
    const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
    expect(await (await fetch(`${url}/users/7`)).json()).toEqual({ id: '7' })
    for (const path of ['/sync', '/boom', '/none']) await (await fetch(url + path)).text()
    await app.close()
    const film = await made.film('GET /users/:id')
    expect(film.summary).toMatchObject({ status: 200, error: false })
    const [handler] = ofKind(film, 'handler')
    expect(handler).toMatchObject({ parent: film.summary.id, open: false })
    expect(contexts).toEqual([handler!.id])
    expect(ofKind(film, 'span')).toMatchObject([{ name: 'inside', parent: handler!.id }])
    expect(film.events[0]!.result).toMatchObject({ 'http.route': '/users/:id' })
    const failed = await made.film('GET /boom')
    expect(failed.summary).toMatchObject({ status: 500, error: true })
    expect(JSON.stringify(ofKind(failed, 'error'))).toContain('boom')
    expect((await made.film('GET /sync')).summary.status).toBe(200)
    const { hooks } = await made.scope.recording().status()
    expect(hooks.find(({ name }) => name === 'fastify')).toMatchObject({ state: 'active', version: expect.any(String) })
  })
})

describe('a request of node:http2', () => {
  it('is recorded at both ends, in one trace', async () => {
    await using made = await recorded(ON)
    const contexts: unknown[] = []
    const server = http2.createServer((req, res) => {
      req.on('data', () => contexts.push(made.scope.current()?.id))
      req.on('end', () => {
        contexts.push(made.scope.current()?.id)
        res.writeHead(202, { 'x-answer': '1' })
        res.end('hi')
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const client = http2.connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    await made.scope.span(
      'work',
      () =>
        new Promise<void>((resolve) => {
          const stream = client.request({ ':path': '/x?token=abcdef', ':method': 'POST' })
          stream.resume().on('close', resolve)
          stream.end('body')
        }),
    )
    client.close()
    await new Promise((resolve) => server.close(resolve))
    const sent = await made.film('work')
    const [call] = ofKind(sent, 'client.request')
    expect(call).toMatchObject({ number: 202, error: false, open: false, parent: sent.summary.id })
    const served = await made.film('POST')
    expect(served.summary).toMatchObject({ status: 202, traceId: sent.summary.traceId, durationNs: expect.any(Number) })
    expect(JSON.stringify(ofKind(served, 'edge')[0]!.value)).toContain(call!.id)
    expect(contexts).toEqual([served.summary.id, served.summary.id])
    expect(served.events[0]!.result).toMatchObject({ 'http.response.header': { 'x-answer': '1' } })
    expect(JSON.stringify([sent, served])).not.toContain('abcdef')
  })
})
