import { once } from 'node:events'
import http2, { type ClientHttp2Session, type Http2Server } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { ofKind, recorded } from './fixture.ts'

const ON = { sources: { 'http2.server': true } } as const

interface Serving extends AsyncDisposable {
  readonly server: Http2Server
  readonly port: number
  connect(host?: string): ClientHttp2Session
}

async function serving(headers: http2.OutgoingHttpHeaders = {}): Promise<Serving> {
  const server = http2.createServer({ settings: { enableConnectProtocol: true } })
  server.on('stream', (stream) => {
    stream.respond({ ':status': 200, ...headers })
    stream.end('x')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const clients: ClientHttp2Session[] = []
  return {
    server,
    port,
    connect(host = '127.0.0.1') {
      const client = http2.connect(`http://${host}:${port}`)
      clients.push(client)
      return client
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function ask(client: ClientHttp2Session, headers: http2.OutgoingHttpHeaders): Promise<void> {
  const stream = client.request(headers)
  stream.resume().end()
  await once(stream, 'close')
}

describe('an outgoing request of node:http2', () => {
  it('that says only its path has the URL, host and port of its session, and its trace goes where it may', async () => {
    await using made = await recorded({ outgoing: { traceparentTo: ['localhost'] } })
    await using peer = await serving()
    const sent: unknown[] = []
    peer.server.on('stream', (_, headers) => sent.push(headers['traceparent']))
    const [near, far] = [peer.connect('localhost'), peer.connect()]
    await made.scope.span('work', async () => {
      await ask(near, { ':path': '/plain' })
      await ask(far, { ':path': '/plain' })
    })
    const film = await made.film('work')
    const calls = ofKind(film, 'client.request')
    expect(calls.map(({ name, value }) => [name, value])).toEqual(
      ['localhost', '127.0.0.1'].map((host) => [
        `GET ${host}:${peer.port}`,
        {
          'http.request.method': 'GET',
          'url.full': `http://${host}:${peer.port}/plain`,
          'server.address': host,
          'server.port': peer.port,
        },
      ]),
    )
    expect(sent).toEqual([expect.stringContaining(calls[0]!.id), undefined])
  })

  it('that opens a WebSocket has the URL of that, and one that opens a tunnel the address', async () => {
    await using made = await recorded()
    await using peer = await serving()
    const client = peer.connect()
    await once(client, 'remoteSettings')
    await made.scope.span('work', async () => {
      await ask(client, { ':method': 'CONNECT', ':protocol': 'websocket', ':path': '/chat' })
      await ask(client, { ':method': 'CONNECT', ':authority': 'target.example:443' })
    })
    expect(ofKind(await made.film('work'), 'client.request')).toMatchObject([
      {
        name: `CONNECT 127.0.0.1:${peer.port}`,
        value: { 'url.full': `http://127.0.0.1:${peer.port}/chat`, 'server.address': '127.0.0.1' },
      },
      {
        name: 'CONNECT target.example:443',
        value: { 'url.full': 'target.example:443', 'server.address': 'target.example' },
      },
    ])
  })

  it('has its URL however its session was made, also before the scope was', async () => {
    await using peer = await serving()
    const early = peer.connect()
    await once(early, 'connect')
    await using made = await recorded()
    const { port } = peer
    const given = [`http://127.0.0.1:${port}`, new URL(`http://127.0.0.1:${port}`)]
    const parts = { protocol: 'http:', hostname: '127.0.0.1', port: String(port) }
    const clients = [...given, parts as URL, { ...parts, protocol: '' } as URL].map((authority) =>
      http2.connect(authority, { protocol: 'http:' }),
    )
    await made.scope.span('work', async () => {
      for (const client of [...clients, early]) await ask(client, { ':path': '/x' })
    })
    for (const client of clients) client.destroy()
    const calls = ofKind(await made.film('work'), 'client.request')
    expect(calls.map(({ value }) => value)).toMatchObject(
      [...clients, early].map(() => ({ 'url.full': `http://127.0.0.1:${port}/x`, 'server.port': port })),
    )
    expect(made.faults).toEqual([])
  })

  it('that is refused ends with what its caller gets', async () => {
    await using made = await recorded()
    await using peer = await serving()
    const client = peer.connect()
    await made.scope.span('work', async () => {
      await ask(client, {})
      expect(() => client.request({ 'bad header': 'x' })).toThrow('bad header')
      await ask(client, { ':path': '/after' })
    })
    const film = await made.film('work')
    expect(ofKind(film, 'client.request').map(({ open, error, number }) => [open, error, number])).toEqual([
      [false, false, 200],
      [false, true, 0],
      [false, false, 200],
    ])
    expect(made.faults).toEqual([])
  })
})

describe('headers that the program calls sensitive', () => {
  it('are recorded by name at both ends, whatever the name', async () => {
    const sensitive = { 'x-licence': 'hush1', [http2.sensitiveHeaders]: ['X-Licence'] }
    await using made = await recorded(ON)
    await using peer = await serving({ 'x-given': 'hush2', [http2.sensitiveHeaders]: ['x-given'] })
    await made.scope.span('work', () => ask(peer.connect(), { ...sensitive, 'x-other': 'seen' }))
    await made.scope.flush()
    const all = JSON.stringify(await Array.fromAsync(made.scope.recording().stream()))
    expect(all).not.toMatch(/hush/)
    expect(all.match(/"x-licence":"\[redacted\]"/g)).toHaveLength(2)
    expect(all.match(/"x-given":"\[redacted\]"/g)).toHaveLength(2)
    expect(all.match(/"x-other":"seen"/g)).toHaveLength(2)
  })
})

describe('a list of raw headers', () => {
  it('is recorded without the values that the program calls sensitive', async () => {
    const list = [':path', '/raw', 'x-licence', 'hush', 'x-other', 'seen']
    await using made = await recorded()
    await using peer = await serving()
    const sensitive = Object.assign(list, { [http2.sensitiveHeaders]: ['x-licence'] })
    await made.scope.span('work', () => ask(peer.connect(), sensitive as unknown as http2.OutgoingHttpHeaders))
    const [call] = ofKind(await made.film('work'), 'client.request')
    expect(call).toMatchObject({
      name: `GET 127.0.0.1:${peer.port}`,
      result: { 'http.request.header': { 'x-licence': '[redacted]', 'x-other': 'seen' } },
    })
  })
})

describe('a method that no server knows', () => {
  it('is in the request, and names no site', async () => {
    await using made = await recorded(ON)
    await using peer = await serving()
    const client = peer.connect()
    for (let i = 0; i < 30; i++) await ask(client, { ':method': `BREW${i}-${'x'.repeat(2000)}` })
    await ask(client, { ':method': 'BREW-eyJhbGciOiJI.hush' })
    await made.scope.flush()
    const { items } = await made.scope.recording().events({ where: { kinds: ['request'] } })
    expect(new Set(items.map(({ name }) => name))).toEqual(new Set(['_OTHER']))
    const methods = items.map(({ value }) => JSON.stringify((value as Record<string, unknown>)['http.request.method']))
    expect(methods.filter((method) => /BREW\d+-x{900}/.test(method))).toHaveLength(30)
    expect(methods).toContain('"BREW-[redacted]"')
  })
  it('names no site of the call that passes it on either', async () => {
    await using made = await recorded()
    await using peer = await serving()
    const client = peer.connect()
    await made.scope.span('work', async () => {
      for (const method of ['PATCH', 'BREW1', 'BREW2']) await ask(client, { ':method': method })
    })
    const calls = ofKind(await made.film('work'), 'client.request')
    expect(calls.map(({ name, value }) => [name, value])).toMatchObject([
      [`PATCH 127.0.0.1:${peer.port}`, { 'http.request.method': 'PATCH' }],
      [`_OTHER 127.0.0.1:${peer.port}`, { 'http.request.method': 'BREW1' }],
      [`_OTHER 127.0.0.1:${peer.port}`, { 'http.request.method': 'BREW2' }],
    ])
  })
})
