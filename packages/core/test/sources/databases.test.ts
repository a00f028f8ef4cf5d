import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { postgresMissing, startPostgres, type Postgres } from '@cinescope/testkit'
import { buildSchema, graphql } from 'graphql'
import { Redis } from 'ioredis'
import mongoose from 'mongoose'
import mysql from 'mysql2'
import pg from 'pg'
import { createClient } from 'redis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ofKind, recorded } from './fixture.ts'
import { startRedis } from './redis-server.ts'

const missing = postgresMissing()
if (missing !== undefined) console.info(`tests of pg are skipped: ${missing}`)

describe.skipIf(missing !== undefined)('a query of pg', () => {
  let server: Postgres
  beforeAll(async () => {
    server = await startPostgres()
  })
  afterAll(() => server[Symbol.asyncDispose]())
  const connection = (): pg.PoolConfig => ({
    host: '127.0.0.1',
    port: server.port,
    user: server.user,
    database: 'postgres',
    max: 2,
  })

  it('is a span with its statement, its parameters by column and its rows', async () => {
    await using made = await recorded()
    const pool = new pg.Pool(connection())
    const found = await made.scope.span('work', async () => {
      await pool.query('CREATE TEMP TABLE person(id int, name text, password text)')
      await pool.query('INSERT INTO person(id, name, password) VALUES ($1, $2, $3)', [1, 'ann', 'hush'])
      return pool.query({ text: "SELECT * FROM generate_series(1, 3) AS n WHERE 'quiet' <> $1", values: ['x'] })
    })
    expect(found.rowCount).toBe(3)
    await pool.end()
    const film = await made.film('work')
    const queries = ofKind(film, 'query')
    expect(queries.map(({ name, number, open, error }) => [name, number, open, error])).toEqual([
      ['CREATE', 0, false, false],
      ['INSERT', 1, false, false],
      ['SELECT', 3, false, false],
    ])
    expect(queries[1]!.value).toMatchObject({
      'db.system.name': 'postgresql',
      'db.namespace': 'postgres',
      'db.query.parameter': { id: 1, name: 'ann' },
    })
    expect(queries[2]!.value).toMatchObject({
      'db.query.text': 'SELECT * FROM generate_series(1, 3) AS n WHERE ? <> $1',
    })
    expect(JSON.stringify(film)).not.toMatch(/hush|quiet/)
    expect(queries.every(({ parent }) => parent === film.summary.id)).toBe(true)
  })

  it('that fails has the error that its caller gets, and the connection goes on', async () => {
    await using made = await recorded()
    const pool = new pg.Pool(connection())
    await expect(made.scope.span('work', () => pool.query('SELECT nothing FROM nowhere'))).rejects.toMatchObject({
      code: '42P01',
    })
    expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
    await pool.end()
    const film = await made.film('work')
    expect(ofKind(film, 'query')[0]).toMatchObject({ error: true, open: false })
    expect(JSON.stringify(ofKind(film, 'error'))).toContain('42P01')
  })

  it('by callback runs the callback in the span that asked, 50 at once over two connections', async () => {
    await using made = await recorded({ sources: { net: false } })
    const pool = new pg.Pool(connection())
    const ask = (n: number): Promise<void> =>
      made.scope.span(`work ${n}`, async () => {
        const own = made.scope.current()?.id
        await new Promise<void>((resolve, reject) => {
          pool.query('SELECT $1::int AS n', [n], (error, result) => {
            if (error) return reject(error)
            expect(result.rows).toEqual([{ n }])
            expect(made.scope.current()?.id).toBe(own)
            resolve()
          })
        })
      })
    await Promise.all(Array.from({ length: 50 }, (_, n) => ask(n)))
    await pool.end()
    for (const n of [0, 17, 49]) {
      const film = await made.film(`work ${n}`)
      expect(ofKind(film, 'query').map(({ parent }) => parent)).toEqual([film.summary.id])
    }
  })

  it('ends however it is called, and what was given to it stays as it is', async () => {
    await using made = await recorded()
    class Own<T> extends Promise<T> {}
    /** As a library may have made it: no promise of Node's. */
    class Foreign {
      readonly #inner: Promise<unknown>
      constructor(run: ConstructorParameters<PromiseConstructor>[0]) {
        this.#inner = new Promise(run)
      }
      then(...how: [never, never]): unknown {
        return this.#inner.then(...how)
      }
      catch(how: never): Foreign {
        return new Foreign((resolve, reject) => void this.#inner.catch(how).then(resolve, reject))
      }
    }
    for (const Promise of [undefined, Own, Foreign]) {
      const client = new pg.Client({
        ...connection(),
        ...(Promise === undefined ? {} : { Promise }),
      })
      await client.connect()
      const query = client.query.bind(client) as (...args: unknown[]) => unknown
      const called = (ask: (callback: (error: unknown) => void) => unknown): globalThis.Promise<unknown> =>
        new globalThis.Promise((resolve, reject) =>
          ask((error) => (error ? reject(error) : resolve(made.scope.current()?.id))),
        )
      const config = { text: 'SELECT 3' }
      await made.scope.span('work', async () => {
        const own = made.scope.current()?.id
        await query('SELECT 0')
        expect(await called((callback) => query('SELECT 1', callback, undefined))).toBe(own)
        expect(await called((callback) => query('SELECT 2', undefined, callback))).toBe(own)
        expect(await called((callback) => query({ ...config, callback }))).toBe(own)
        const given = { ...config, callback: () => undefined }
        const before = { ...given }
        query(given)
        await query('SELECT 4')
        expect(given).toEqual(before)
      })
      await client.end()
    }
    await made.scope.flush()
    const { items } = await made.scope.recording().events({ where: { kinds: ['query'] }, limit: 100 })
    expect(items).toHaveLength(18)
    expect(items.map(({ open, number }) => [open, number])).toEqual(items.map(() => [false, 1]))
  })

  it('that the server refuses is told without the row or the parameters that it quotes', async () => {
    await using made = await recorded()
    const pool = new pg.Pool(connection())
    const refused = (text: string, values: unknown[]): Promise<unknown> =>
      made.scope.span('work', () => pool.query(text, values)).catch((error: { code: string }) => error.code)
    await pool.query('CREATE TABLE secretive(id int PRIMARY KEY, word text NOT NULL, n int CHECK (n > 0), kind uuid)')
    expect(await refused('INSERT INTO secretive VALUES ($1, $2, -1)', [1, 'hush (one'])).toBe('23514')
    expect(await refused('INSERT INTO secretive VALUES ($1, NULL, 1)', [2])).toBe('23502')
    expect(await refused('INSERT INTO secretive(kind) VALUES ($1)', ['hush two'])).toBe('22P02')
    expect(await refused('SELECT $1::int', ['hush three'])).toBe('22P02')
    expect(await refused('SELECT $1::json', ['{"a": hush4}'])).toBe('22P02')
    expect(await refused('SELECT $1::int[]', ['hush five'])).toBe('22P02')
    expect(await refused("SELECT to_date($1, 'YYYY')", ['hush six'])).toBe('22007')
    expect(await refused('SELECT $1::date', ['2026-77-13'])).toBe('22008')
    await pool.query('DROP TABLE secretive')
    await pool.end()
    await made.scope.flush()
    const errors = JSON.stringify((await made.scope.recording().events({ where: { kinds: ['error'] } })).items)
    expect(errors).toContain('Failing row contains (…)')
    expect(errors).toContain('invalid input syntax for type uuid: \\"…\\"')
    expect(errors).not.toMatch(/hush|2026-77-13/)
  })

  it('is left alone when the scope has stopped, and its method looks as before', async () => {
    const before = Object.getOwnPropertyDescriptor(pg.Client.prototype, 'query')
    const made = await recorded()
    const { hooks } = await made.scope.flush().then(() => made.scope.recording().status())
    expect(hooks.find(({ name }) => name === 'pg')).toMatchObject({
      state: 'active',
      version: expect.stringMatching(/^8\./),
    })
    await made[Symbol.asyncDispose]()
    expect(Object.getOwnPropertyDescriptor(pg.Client.prototype, 'query')).toEqual(before)
  })
})

describe('a command of Redis', () => {
  it.each(['ioredis', 'redis'])('by %s is a span of the film, without its arguments', async (library) => {
    await using server = await startRedis()
    await using made = await recorded()
    await made.scope.span('work', async () => {
      if (library === 'ioredis') {
        const client = new Redis({ host: '127.0.0.1', port: server.port })
        await client.set('user:7', 'hush')
        expect(await client.get('user:7')).toBe('hush')
        await expect(client.incr('user:7')).rejects.toThrow('not an integer')
        client.disconnect()
      } else {
        const client = createClient({ url: `redis://127.0.0.1:${server.port}`, RESP: 2 })
        client.on('error', () => undefined)
        await client.connect()
        await client.set('user:7', 'hush')
        expect(await client.get('user:7')).toBe('hush')
        await expect(client.incr('user:7')).rejects.toThrow('not an integer')
        client.destroy()
      }
    })
    const film = await made.film('work')
    const commands = ofKind(film, 'query').filter(({ name }) => ['SET', 'GET', 'INCR'].includes(name))
    expect(commands.map(({ name, error, open }) => [name, error, open])).toEqual([
      ['SET', false, false],
      ['GET', false, false],
      ['INCR', true, false],
    ])
    // neither the commands nor the errors of those that failed
    expect(JSON.stringify(film)).not.toMatch(/hush|user:7/)
    const { hooks } = await made.scope.recording().status()
    expect(hooks.find(({ name }) => name === library)).toMatchObject({ state: 'active', version: expect.any(String) })
  })
})

describe('a query of mysql2', () => {
  it('is a span with its statement', async () => {
    const server = mysql.createServer(() => undefined)
    ;(server as unknown as { listen(port: number, host: string): void }).listen(0, '127.0.0.1')
    await once((server as unknown as { _server: NodeJS.EventEmitter })._server, 'listening')
    server.on('connection', (connection) => {
      connection.serverHandshake({
        protocolVersion: 10,
        serverVersion: '8.0.0',
        connectionId: 1,
        statusFlags: 2,
        characterSet: 8,
        capabilityFlags: 0xffffff ^ 0x00000800,
        authCallback: (_: unknown, done: (error: null) => void) => done(null),
      })
      connection.on('query', (sql: string) => {
        if (sql.includes('broken'))
          return (connection as unknown as { writeError(e: object): void }).writeError({
            code: 1064,
            message: 'broken',
          })
        ;(connection as unknown as { writeOk(): void }).writeOk()
      })
      connection.on('error', () => undefined)
    })
    const { port } = (server as unknown as { _server: { address(): AddressInfo } })._server.address()
    await using made = await recorded()
    const client = mysql.createConnection({ host: '127.0.0.1', port, user: 'u', password: 'p' }).promise()
    await made.scope.span('work', async () => {
      await client.query("UPDATE person SET name = 'hush' WHERE id = 1")
      await expect(client.query('broken')).rejects.toThrow()
    })
    client.destroy()
    await new Promise((resolve) => server.close(resolve as never))
    const film = await made.film('work')
    const queries = ofKind(film, 'query')
    expect(queries.map(({ name, error }) => [name, error])).toEqual([
      ['UPDATE', false],
      ['BROKEN', true],
    ])
    expect(queries[0]!.value).toMatchObject({ 'db.query.text': 'UPDATE person SET name = ? WHERE id = 1' })
  })
})

describe('an operation of mongoose', () => {
  it('is a span that fails as the operation does', async () => {
    await using made = await recorded()
    const Person = mongoose.model('Person', new mongoose.Schema({ name: String }))
    const client = mongoose.createConnection('mongodb://127.0.0.1:1/shop', { serverSelectionTimeoutMS: 50 })
    client.on('error', () => undefined)
    const Bound = client.model('Person', Person.schema)
    await expect(made.scope.span('work', () => Bound.find({ name: 'hush' }).exec())).rejects.toThrow()
    await client.close()
    const film = await made.film('work')
    const [query] = ofKind(film, 'query')
    expect(query).toMatchObject({ name: 'find people', error: true, open: false, parent: film.summary.id })
    expect(query!.value).toMatchObject({ 'db.system.name': 'mongodb', 'db.collection.name': 'people' })
    expect(JSON.stringify(query)).not.toContain('hush')
  })
})

describe('an operation of graphql', () => {
  it('is a span, inside which its resolvers are not', async () => {
    await using made = await recorded()
    const schema = buildSchema('type Query { hello(name: String): String, boom: String }')
    const rootValue = {
      hello: async ({ name }: { name: string }) => `hi ${name}`,
      boom: () => {
        throw new Error('boom')
      },
    }
    const result = await made.scope.span('work', async () =>
      graphql({ schema, rootValue, source: 'query Greet { hello(name: "hush") boom }', operationName: 'Greet' }),
    )
    expect(result).toMatchObject({ data: { hello: 'hi hush', boom: null } })
    const queries = ofKind(await made.film('work'), 'query')
    expect(queries.map(({ name, open, value }) => [name, open, value])).toEqual([
      ['query', false, { 'graphql.operation.name': 'Greet', 'graphql.operation.type': 'query' }],
    ])
  })
})

describe('the method of a driver that is stood in for', () => {
  it('has the name and the length of the original', async () => {
    const { name, length } = pg.Client.prototype.query
    await using _ = await recorded()
    const { query } = pg.Client.prototype
    expect([query.name, query.length]).toEqual([name, length])
  })
})
