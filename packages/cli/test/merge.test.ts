import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Scope } from '@cinescope/core'
import type { SpanId, TraceId } from '@cinescope/protocol'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { BIN, json, Place, recordShop, run } from './cli.ts'

/** The span of one process by which another is asked. */
interface Asked {
  readonly trace: TraceId
  readonly span: SpanId
}

/** Records a process that answers a request of another and sends one itself. */
async function recordCall(place: Place, service: string, asked: Asked | undefined): Promise<Asked> {
  let sent: Asked | undefined
  const record = (scope: Scope): void => {
    const probe = scope['cinescope.probe.v1']
    const root = probe.open(1, probe.site({ name: `GET /${service}` }), undefined)
    if (asked !== undefined) probe.adopt(root, asked.trace, asked.span)
    const client = probe.open(16, probe.site({ name: 'GET next' }), root)
    sent = { trace: root.traceId, span: client.id }
    client.end(200, 0, undefined)
    root.end(200, 0, undefined)
  }
  await place.record(record, { service })
  // `record` has been called
  return sent!
}

const HOSTILE = 'stock\u001B[2J'

test('merge makes one film of what two processes did for one request, and says how far their clocks are apart', async () => {
  using place = new Place()
  using target = new Place()
  const asked = await recordCall(place, 'shop', undefined)
  await recordCall(place, HOSTILE, asked)
  const out = join(target.directory, 'all.cine')
  const merged = await json('merge', place.directory, '--out', out)
  expect(merged).toMatchObject({ processes: 2, corrupt: 0, leftOut: [], bytes: statSync(out).size })
  expect(merged['skew']).toMatchObject([{ messages: 1 }])
  expect(readdirSync(target.directory)).toEqual(['all.cine'])
  expect(statSync(out).mode & 0o777).toBe(0o600)
  const films = (await json('films', out))['films'] as { id: string; name: string; events: number }[]
  expect(films).toMatchObject([{ name: 'GET /shop', events: 9 }])
  const { stdout } = await run(['film', films[0]!.id, out])
  expect(stdout).toMatch(/also in stock.*whose clock is between .* that of the first/)
  expect(stdout).toMatch(/ in stock.* \(\d+\): request\s+GET \/stock/)
  expect((await run(['ledger', out])).stdout).toMatch(/clocks: that of .* is (between|at most|not steady) /)
  for (const printed of [stdout, (await run(['merge', out, '--out', join(target.directory, 'again')])).stdout])
    expect(printed).not.toContain('\u001B[2J')
  for (const command of ['query', 'doctor', 'films']) expect((await run([command, out])).code).toBe(0)
})

test('extract makes a recording of one film, with those of its trace', async () => {
  using place = new Place()
  using target = new Place()
  await recordCall(place, 'stock', await recordCall(place, 'shop', undefined))
  await place.record(recordShop)
  const films = (await json('films', place.directory))['films'] as { id: string; name: string }[]
  const { id } = films.find(({ name }) => name === 'GET /shop')!
  const out = join(target.directory, 'one.cine')
  const extracted = await json('extract', place.directory, '--film', id.slice(0, 10), '--out', out)
  expect(extracted).toMatchObject({ films: 2, processes: 2, stored: 9, notExtracted: 0 })
  expect((await json('films', out))['films']).toMatchObject([{ id }])
  const order = films.find(({ name }) => name === 'GET /orders/:id')!.id
  const other = await json('extract', place.directory, '--film', order, '--out', out, '--force')
  expect(other['notExtracted']).toBeGreaterThan(0)
  expect((await run(['ledger', out])).stdout).toContain('not extracted')
  expect((await run(['state', 'order', '17', out])).stdout).toContain('9.5')
  expect((await run(['diff', order, order, out])).stdout).toContain('no difference')
  expect((await run(['extract', place.directory, '--out', out])).code).toBe(2)
  expect(
    (await run(['extract', place.directory, '--film', 'ffffffffffffffff', '--out', join(target.directory, 'x')])).code,
  ).toBe(1)
  expect(readdirSync(target.directory)).toEqual(['one.cine'])
})

test('merge writes over nothing unless told to, never over what it reads, and leaves nothing behind when it fails', async () => {
  using place = new Place()
  await place.record(recordShop)
  const [name] = readdirSync(place.directory)
  const file = join(place.directory, name!)
  const taken = join(place.directory, 'taken')
  writeFileSync(taken, 'precious')
  const failed = async (...args: string[]): Promise<unknown> => {
    const { code, stderr } = await run(['merge', ...args])
    return [code, stderr]
  }
  expect(await failed(file, '--out', taken)).toEqual([3, expect.stringContaining('it exists already')])
  expect(readFileSync(taken, 'utf8')).toBe('precious')
  expect(await failed(file, '--out', file, '--force')).toEqual([3, expect.stringContaining('one of the recordings')])
  expect(await failed(taken, '--out', join(place.directory, 'x'))).toEqual([
    3,
    expect.stringContaining('CSC_ERR_FORMAT'),
  ])
  expect(await failed(file, '--out', join(place.directory, 'no', 'such'))).toEqual([3, expect.anything()])
  expect(await failed()).toEqual([2, expect.stringContaining('cinescope merge PATH... [options]')])
  expect(await failed(file, '--out', taken, '--force')).toEqual([0, ''])
  expect(readdirSync(place.directory).toSorted((a, b) => (a < b ? -1 : 1))).toEqual([name, 'taken'])
})

test('a segment that cannot be read is a gap in the merged file, and its events are counted as lost', async () => {
  using place = new Place()
  await place.record(recordShop)
  await place.record(recordShop)
  const [name] = readdirSync(place.directory)
  const file = join(place.directory, name!)
  const { ledger: before } = await json('ledger', file)
  const database = new DatabaseSync(file)
  database.exec('UPDATE segment SET columns = zeroblob(100)')
  database.close()
  copyFileSync(file, join(place.directory, 'copy.cine'))
  writeFileSync(join(place.directory, 'broken.cine'), 'no recording')
  const out = join(place.directory, 'all')
  const { code, stderr } = await run(['merge', place.directory, '--out', out])
  expect(code).toBe(0)
  expect(stderr).toContain('broken.cine is left out')
  expect(stderr).toContain('1 segment could not be read')
  const gaps = (await json('query', out, 'kind:gap'))['events'] as { value: unknown }[]
  expect(gaps).toMatchObject([{ value: { reason: 'corrupt' } }])
  const { ledger } = (await json('ledger', out)) as { ledger: { dropped: number; produced: number; stored: number } }
  const { stored } = before as { stored: number }
  expect(ledger.dropped).toBe(stored)
  expect(ledger.produced).toBe(ledger.dropped + ledger.stored)
  expect(existsSync(`${out}-wal`)).toBe(false)
})

test('merge leaves nothing behind when there is no room for what it writes', async () => {
  using place = new Place()
  using target = new Place()
  await place.record(recordShop)
  const command = 'ulimit -f 32; exec "$@"'
  const bin = join(import.meta.dirname, '../src/bin.ts')
  const merge = [process.execPath, '--conditions=@cinescope/source', bin, 'merge', place.directory]
  const args = ['-c', command, 'sh', ...merge, '--out', join(target.directory, 'all')]
  const { status, stderr } = spawnSync('/bin/sh', args, { encoding: 'utf8' })
  expect({ status, stderr }).toEqual({ status: 3, stderr: expect.stringContaining('CSC_ERR_STORE') as unknown })
  expect(readdirSync(target.directory)).toEqual([])
})

test('merge leaves nothing behind when a signal ends it', async () => {
  using place = new Place()
  using target = new Place()
  const asked: Asked[] = []
  const record = async (scope: Scope, act: (i: number) => void): Promise<void> => {
    for (let i = 0; i < 15_000; i++) {
      act(i)
      if (i % 500 === 0) await scope.flush()
    }
  }
  await place.record((scope) => {
    const probe = scope['cinescope.probe.v1']
    return record(scope, () => {
      const root = probe.open(1, probe.site({ name: 'GET /shop' }), undefined)
      const client = probe.open(16, probe.site({ name: 'GET stock' }), root)
      asked.push({ trace: root.traceId, span: client.id })
      client.end(200, 0, undefined)
      root.end(200, 0, undefined)
    })
  })
  await place.record((scope) => {
    const probe = scope['cinescope.probe.v1']
    return record(scope, (i) => {
      const root = probe.open(1, probe.site({ name: 'GET /stock' }), undefined)
      probe.adopt(root, asked[i]!.trace, asked[i]!.span)
      root.end(200, 0, undefined)
    })
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    const args = ['merge', place.directory, '--out', join(target.directory, 'all.cine')]
    const child = spawn(process.execPath, ['--conditions=@cinescope/source', BIN, ...args], { stdio: 'ignore' })
    const exit = once(child, 'exit')
    await vi.waitUntil(() => readdirSync(target.directory).length > 0, { timeout: 20_000 })
    child.kill(signal)
    expect(await exit).toEqual([null, signal])
    expect(readdirSync(target.directory)).toEqual([])
  }
})

describe('an export of a merged file', () => {
  const place = new Place()
  const target = new Place()
  const out = join(target.directory, 'all.cine')
  beforeAll(async () => {
    const asked: Asked[] = []
    const shop = (scope: Scope): void => {
      const probe = scope['cinescope.probe.v1']
      const root = probe.open(1, probe.site({ name: 'GET /shop' }), undefined)
      for (let i = 0; i < 2; i++) {
        const client = probe.open(16, probe.site({ name: 'GET stock' }), root)
        asked.push({ trace: root.traceId, span: client.id })
        client.end(200, 0, undefined)
      }
      root.end(200, 0, undefined)
    }
    const stock = (scope: Scope): void => {
      const probe = scope['cinescope.probe.v1']
      const roots = asked.map(({ trace, span }) => {
        const root = probe.open(1, probe.site({ name: 'GET /stock' }), undefined)
        probe.adopt(root, trace, span)
        return root
      })
      for (const root of roots) root.end(200, 0, undefined)
    }
    await place.record(shop, { service: 'shop' })
    await place.record(stock, { service: 'stock' })
    await json('merge', place.directory, '--out', out)
  })
  afterAll(() => {
    place[Symbol.dispose]()
    target[Symbol.dispose]()
  })

  test.each(['csv', 'ndjson', 'otlp', 'har'])(
    'as %s tells of each process what its own recording tells',
    async (format) => {
      const merged = await run(['export', out, '--format', format])
      expect(merged.code).toBe(0)
      expect(merged.stdout).toBe((await run(['export', place.directory, '--format', format])).stdout)
    },
  )

  test('tells of one film by the processes that it went through, in which it is several', async () => {
    const [film] = (await json('films', out))['films'] as { id: string }[]
    const { stdout } = await run(['export', out, '--format', 'csv', '--film', film!.id])
    const whole = (await run(['export', place.directory, '--format', 'csv'])).stdout
    // there is no other film
    expect(stdout).toBe(whole)
    const { resourceSpans } = JSON.parse(
      (await run(['export', out, '--format', 'otlp', '--film', film!.id])).stdout.split('\n').at(-2) ?? '',
    ) as { resourceSpans: unknown[] }
    expect(JSON.stringify(resourceSpans)).toContain('stock')
    const diagram = (await run(['export', out, '--format', 'mermaid', '--film', film!.id])).stdout
    expect(diagram.match(/GET \/stock/g)).toHaveLength(2)
    expect(diagram).toContain('GET /shop')
  })
})
