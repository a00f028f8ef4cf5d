import { once } from 'node:events'
import { get, type IncomingMessage, request } from 'node:http'
import { type Duplex } from 'node:stream'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { ofKind, recorded, serving } from './fixture.ts'

describe('a request through a proxy', () => {
  it('has the URL that it is for, and its trace goes where that may', async () => {
    await using made = await recorded({ outgoing: { traceparentTo: ['target.example'] } })
    const seen: unknown[] = []
    await using proxy = await serving((req, res) => {
      seen.push([req.url, typeof req.headers.traceparent])
      res.end('x')
    })
    const path = 'http://target.example/things?page=2'
    await made.scope.span('work', async () => {
      await text(((await once(get(proxy.url, { path }), 'response')) as [IncomingMessage])[0])
      await text(((await once(get(proxy.url), 'response')) as [IncomingMessage])[0])
    })
    const [absolute, plain] = ofKind(await made.film('work'), 'client.request')
    expect(absolute).toMatchObject({
      name: 'GET target.example',
      value: { 'url.full': path, 'server.address': 'target.example' },
    })
    expect(plain).toMatchObject({ value: { 'url.full': `${proxy.url}/` } })
    expect(seen).toEqual([
      [path, 'string'],
      ['/', 'undefined'],
    ])
  })

  it('that opens a tunnel ends when it is open, with what the proxy answered', async () => {
    await using made = await recorded()
    await using proxy = await serving(() => undefined)
    proxy.server.on('connect', (_, socket: Duplex) => socket.end('HTTP/1.1 200 Connection established\r\n\r\n'))
    await made.scope.span('work', async () => {
      const { hostname, port } = new URL(proxy.url)
      const tunnel = request({ hostname, port, method: 'CONNECT', path: 'target.example:443' }).end()
      const [, socket] = (await once(tunnel, 'connect')) as [IncomingMessage, Duplex]
      socket.destroy()
    })
    expect(ofKind(await made.film('work'), 'client.request')).toMatchObject([
      {
        name: 'CONNECT target.example:443',
        number: 200,
        open: false,
        aborted: false,
        value: { 'url.full': 'target.example:443', 'server.address': 'target.example', 'server.port': 443 },
      },
    ])
  })

  it('names its target without the user and the password of its URL', async () => {
    await using made = await recorded({ outgoing: { traceparentTo: ['target.example'] } })
    const seen: unknown[] = []
    await using proxy = await serving((req, res) => {
      seen.push(typeof req.headers.traceparent)
      res.end('x')
    })
    await made.scope.span('work', async () => {
      const path = 'http://bob:hush@target.example/x'
      await text(((await once(get(proxy.url, { path }), 'response')) as [IncomingMessage])[0])
    })
    const film = await made.film('work')
    expect(ofKind(film, 'client.request')).toMatchObject([
      {
        name: 'GET target.example',
        value: { 'url.full': 'http://target.example/x', 'server.address': 'target.example' },
      },
    ])
    expect(seen).toEqual(['string'])
    expect(JSON.stringify(film)).not.toMatch(/hush|bob/)
  })

  it('has the headers that it was sent with where its connection is handed over', async () => {
    await using made = await recorded()
    await using proxy = await serving(() => undefined)
    proxy.server.on('connect', (_, socket: Duplex) => socket.end('HTTP/1.1 200 OK\r\nx-by: proxy\r\n\r\n'))
    await made.scope.span('work', async () => {
      const { hostname, port } = new URL(proxy.url)
      const how = { hostname, port, method: 'CONNECT', path: 'target.example:443', headers: { 'x-asked': 'yes' } }
      const [, socket] = (await once(request(how).end(), 'connect')) as [IncomingMessage, Duplex]
      socket.destroy()
    })
    const [call] = ofKind(await made.film('work'), 'client.request')
    expect(call!.result).toMatchObject({
      'http.request.header': { 'x-asked': 'yes' },
      'http.response.header': { 'x-by': 'proxy' },
    })
  })
})
