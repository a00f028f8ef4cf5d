import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { Agent, ClientRequest, get, type IncomingMessage, request } from 'node:http'
import { type Duplex, Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { parseTraceparent } from '@cinescope/protocol'
import { describe, expect, it } from 'vitest'
import type { Probe } from '../../src/capture/probe.ts'
import { ClientOrigins } from '../../src/sources/client-origin.ts'
import { ofKind, recorded, serving } from './fixture.ts'

const JSON_TYPE = { 'content-type': 'application/json' }

function body(response: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    response.setEncoding('utf8').on('data', (part: string) => (text += part))
    response.on('end', () => resolve(text)).on('error', reject)
  })
}

const CLIENTS: Readonly<Record<string, (url: string) => Promise<unknown>>> = {
  'http.get': (url) => new Promise((resolve, reject) => get(url, (r) => resolve(body(r))).on('error', reject)),
  fetch: async (url) => (await fetch(url)).text(),
}

describe.each(Object.entries(CLIENTS))('an outgoing request by %s', (client, send) => {
  it('is a span with its answer, inside the span that made it, and the peer gets its trace', async () => {
    await using made = await recorded()
    let header: string | undefined
    await using peer = await serving((req, res) => {
      header = req.headers['traceparent'] as string | undefined
      res.writeHead(201, JSON_TYPE).end('{"id":7,"password":"hush"}')
    })
    const answer = await made.scope.span('work', () => send(`${peer.url}/orders/7?token=abcdef&page=2`))
    expect(answer).toBe('{"id":7,"password":"hush"}')
    const film = await made.film('work')
    const [call, ...others] = ofKind(film, 'client.request')
    expect(others).toEqual([])
    expect(call).toMatchObject({ parent: film.summary.id, number: 201, error: false, open: false, aborted: false })
    expect(call!.name).toBe(`GET ${peer.url.slice('http://'.length)}`)
    expect(call!.value).toMatchObject({
      'http.request.method': 'GET',
      'url.full': `${peer.url}/orders/7?token=[redacted]&page=2`,
      'server.address': '127.0.0.1',
    })
    expect(call!.result).toMatchObject({
      'http.response.status_code': 201,
      'http.response.header': JSON_TYPE,
      'http.response.body.size': 26,
    })
    const remote = parseTraceparent(header)
    expect(remote).toMatchObject({ traceId: film.summary.traceId, spanId: call!.id, sampled: true })
    const text = ofKind(film, 'attribute').find(({ name }) => name === 'http.response.body')
    expect(text?.parent).toBe(call!.id)
    expect(text?.value).toMatchObject({ id: 7 })
    expect(JSON.stringify(text?.value)).not.toContain('hush')
    expect(made.faults).toEqual([])
  })

  it('that cannot be made fails with the error that its caller gets', async () => {
    await using made = await recorded()
    const peer = await serving(() => undefined)
    await peer[Symbol.asyncDispose]()
    await expect(made.scope.span('work', () => send(peer.url))).rejects.toThrow()
    const film = await made.film('work')
    const [call] = ofKind(film, 'client.request')
    expect(call).toMatchObject({ error: true, open: false, number: 0 })
    expect(ofKind(film, 'error').map(({ value }) => JSON.stringify(value))).toContainEqual(
      expect.stringContaining('ECONNREFUSED'),
    )
  })

  it('whose answer breaks off is aborted', async () => {
    await using made = await recorded()
    await using peer = await serving((_, res) => {
      res.writeHead(200, { 'content-length': '100' }).write('half')
      setTimeout(() => res.destroy(), 20)
    })
    await expect(made.scope.span('work', () => send(peer.url))).rejects.toThrow()
    await sleep(20)
    const [call] = ofKind(await made.film('work'), 'client.request')
    expect(call).toMatchObject({ open: false, aborted: true, number: 200 })
  })

  it('has an answer of 400 and more marked as failed, and the film is not', async () => {
    await using made = await recorded()
    await using peer = await serving((_, res) => res.writeHead(404).end())
    await made.scope.span('work', () => send(peer.url))
    const film = await made.film('work')
    expect(ofKind(film, 'client.request')[0]).toMatchObject({ error: true, number: 404 })
    expect(film.summary).toMatchObject({ error: false, errors: 0 })
  })

  it('that is compressed is counted and not shown, and one in production is not looked into', async () => {
    await using made = await recorded()
    await using careful = await recorded({ outgoing: { bodies: false } })
    await using peer = await serving((_, res) =>
      res.writeHead(200, { ...JSON_TYPE, 'content-encoding': 'gzip' }).end(gzipSync('{"a":1}')),
    )
    await made.scope.span('work', () => send(peer.url))
    await careful.scope.span('work', () => send(peer.url))
    expect(JSON.stringify(await made.film('work'))).not.toContain('"a":1')
    expect(ofKind(await careful.film('work'), 'attribute')).toEqual([])
    expect(ofKind(await careful.film('work'), 'client.request')).toHaveLength(1)
  })

  it('outside of any film is a film of its own', async () => {
    await using made = await recorded()
    await using peer = await serving((_, res) => res.end('x'))
    await send(peer.url)
    const film = await made.film(`GET ${peer.url.slice('http://'.length)}`)
    expect(film.summary).toMatchObject({ kind: 'client.request', status: 200 })
  })

  it('runs its callbacks in the span that made it, over a connection that is used again', async () => {
    await using made = await recorded({ sources: { net: false } })
    await using peer = await serving((_, res) => res.end('x'))
    for (const name of ['one', 'two']) {
      await made.scope.span(name, async () => {
        const outer = made.scope.current()?.id
        await send(peer.url)
        expect(made.scope.current()?.id).toBe(outer)
      })
      expect(ofKind(await made.film(name), 'client.request')).toHaveLength(1)
    }
  })

  it('belongs to the scope whose span makes it, and to that one alone', async () => {
    await using first = await recorded()
    await using second = await recorded()
    await using peer = await serving((_, res) => res.end('x'))
    await second.scope.span('mine', () => send(peer.url))
    expect(ofKind(await second.film('mine'), 'client.request')).toHaveLength(1)
    await first.scope.flush()
    expect((await first.scope.recording().films()).items).toEqual([])
  })

  it('carries no trace to hosts that are not named', async () => {
    await using made = await recorded({ outgoing: { traceparentTo: ['api.example.org', '*.internal'] } })
    let header: unknown = 'none yet'
    await using peer = await serving((req, res) => {
      header = req.headers['traceparent']
      res.end()
    })
    await made.scope.span('work', () => send(peer.url))
    expect(header).toBeUndefined()
    await using named = await recorded({ outgoing: { traceparentTo: ['127.0.0.1'] } })
    await made.scope.stop()
    await named.scope.span('work', () => send(peer.url))
    expect(header).toEqual(expect.any(String))
  })

  it(`is left alone by ${client} once the scope has stopped`, async () => {
    const made = await recorded()
    await made[Symbol.asyncDispose]()
    let header: unknown = 'none yet'
    await using peer = await serving((req, res) => {
      header = req.headers['traceparent']
      res.end()
    })
    await send(peer.url)
    expect(header).toBeUndefined()
  })
})

describe('an outgoing request of node:http', () => {
  it('keeps a traceparent of its own, and headers that were given as a list', async () => {
    await using made = await recorded()
    const seen: unknown[] = []
    await using peer = await serving((req, res) => {
      seen.push(req.rawHeaders)
      res.end()
    })
    const own = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    const host = peer.url.slice('http://'.length)
    const lists = [{ traceparent: own }, ['Host', host, 'X-A', '1', 'X-A', '2']] as const
    for (const headers of lists) {
      await made.scope.span('work', () => new Promise((resolve) => get(peer.url, { headers }, (r) => resolve(body(r)))))
    }
    expect(seen[0]).toContain(own)
    expect(seen[1]).toEqual(['Host', host, 'X-A', '1', 'X-A', '2', 'Connection', 'keep-alive'])
  })

  it('has no listener, no header and no order of events that it has not without us, but for the trace', async () => {
    const run = async (): Promise<unknown> => {
      await using peer = await serving((req, res) => {
        delete req.headers['traceparent']
        res.writeHead(200, { 'x-h': Object.keys(req.headers).join() }).end('answer')
      })
      const agent = new Agent({ keepAlive: true })
      const order: unknown[] = []
      await new Promise<void>((resolve) => {
        const req = request(peer.url, { agent, method: 'POST' })
        for (const event of ['socket', 'finish', 'response', 'close']) req.on(event, () => order.push(event))
        req.on('response', (res: IncomingMessage) => {
          order.push(res.headers['x-h'], res.eventNames(), res.listenerCount('close'))
          res.on('data', (part: Buffer) => order.push(String(part))).on('end', () => order.push('end'))
        })
        req.on('close', () => {
          order.push(new Set(req.eventNames()), req.listenerCount('close'))
          resolve()
        })
        req.end('body')
      })
      agent.destroy()
      return order
    }
    const bare = await run()
    await using made = await recorded()
    expect(await made.scope.span('work', run)).toEqual(bare)
  })

  it('that is upgraded ends with the upgrade', async () => {
    await using made = await recorded()
    await using peer = await serving(() => undefined)
    peer.server.on('upgrade', (_, socket) => {
      socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n')
    })
    await made.scope.span(
      'work',
      () =>
        new Promise<void>((resolve) => {
          const req = request(peer.url, { headers: { upgrade: 'x', connection: 'Upgrade' } })
          req.on('upgrade', (_, socket) => socket.resume().on('close', () => resolve()))
          req.end()
        }),
    )
    const [call] = ofKind(await made.film('work'), 'client.request')
    expect(call).toMatchObject({ open: false })
  })
})

describe('an outgoing call', () => {
  it('hears no answer in what the program itself emits', async () => {
    await using made = await recorded()
    await using peer = await serving((_, res) => res.end('x'))
    await made.scope.span('work', async () => {
      const asked = request(peer.url)
      for (const type of ['connect', 'upgrade']) expect([type, asked.emit(type)]).toEqual([type, false])
      await body(((await once(asked.end(), 'response')) as [IncomingMessage])[0])
    })
    expect(ofKind(await made.film('work'), 'client.request')).toMatchObject([{ number: 200, open: false }])
    expect(made.faults).toEqual([])
  })

  it('is named by its method alone where a program calls more servers than names are kept for', () => {
    const origins = new ClientOrigins('http')
    const sites = new Set<string>()
    const probe = { site: ({ name }: { name: string }) => sites.add(name).size } as unknown as Probe
    for (let i = 0; i < 5000; i++) origins.of(`http://host${i}.example`).site(probe, 'GET')
    expect(sites.size).toBe(1025)
    expect(origins.of('http://host4999.example').host).toBe('host4999.example')
  })
})

describe('what an outgoing request leaves of the program as it is', () => {
  it('is what can be listed of an answer, and the name and length of what is stood in for', async () => {
    const { name, length } = ClientRequest.prototype.emit
    await using made = await recorded()
    await using peer = await serving((_, res) => res.end('x'))
    const [answer] = (await made.scope.span('work', () => once(get(peer.url), 'response'))) as [IncomingMessage]
    expect(Object.keys(answer)).not.toContain('push')
    const { push } = Readable.prototype
    expect([answer.push.name, answer.push.length]).toEqual([push.name, push.length])
    const { emit } = ClientRequest.prototype
    expect([emit.name, emit.length]).toEqual([name, length])
    await body(answer)
  })
})

describe('a request of undici that becomes another protocol', () => {
  it('ends where its connection is handed over', async () => {
    await using made = await recorded()
    await using peer = await serving(() => undefined)
    let handedOver: Duplex | undefined
    peer.server.on('upgrade', (req, socket) => {
      const key = `${req.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`
      const accept = createHash('sha1').update(key).digest('base64')
      const lines = [
        '101 Switching Protocols',
        'Upgrade: websocket',
        'Connection: Upgrade',
        `Sec-WebSocket-Accept: ${accept}`,
      ]
      socket.on('error', () => undefined)
      handedOver = socket
      socket.write(`HTTP/1.1 ${lines.join('\r\n')}\r\n\r\n`)
    })
    await made.scope.span('work', async () => {
      const { WebSocket } = globalThis as unknown as { WebSocket: new (url: string) => EventTarget }
      const socket = new WebSocket(peer.url.replace('http', 'ws'))
      await new Promise((resolve) => socket.addEventListener('open', resolve))
    })
    handedOver?.destroy()
    const [call] = ofKind(await made.film('work'), 'client.request')
    expect(call).toMatchObject({ number: 101, open: false, error: false, aborted: false })
    expect(made.faults).toEqual([])
  })
})
