import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { createServer, get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { watchSections } from '@cinescope/testkit'
import { afterEach, expect, test } from 'vitest'
import type { ScopeOptions } from '../../src/options/scope-options.ts'
import { probeOf } from '../../src/capture/probe-of.ts'
import { createScope } from '../../src/scope.ts'
import type { Scope } from '../../src/scope/running-scope.ts'
import { guarded } from '../../src/sources/owner.ts'
import { temporaryDirectory } from '../store/directory.ts'

const ROUNDS = 1500
const disposables: Disposable[] = []

afterEach(() => {
  for (const each of disposables.splice(0)) each[Symbol.dispose]()
})

function start(options: ScopeOptions): Promise<Scope> {
  const directory = temporaryDirectory()
  disposables.push(directory)
  return createScope({ directory: directory.path, ...options })
}

test('what a source does around records is in the cost that a scope tells, and rises with it', async () => {
  const scope = await start({ sources: false })
  const work = (ms: number): void => {
    for (const until = performance.now() + ms; performance.now() < until;) continue
  }
  const costOf = (ms: number): number => {
    const before = scope.status().probeCpuMs
    for (let i = 0; i < ROUNDS; i++) guarded(probeOf(scope), 'a test', () => work(ms))
    return scope.status().probeCpuMs - before
  }
  // each takes as long as this, or longer; it is sampled
  expect(costOf(0.02)).toBeGreaterThan(0.9 * ROUNDS * 0.02)
  expect(costOf(0.1)).toBeGreaterThan(0.9 * ROUNDS * 0.1)
  await scope.stop()
})

test('whatever sources record is recorded in sections', async () => {
  const scope = await start({ sources: { 'http.server': true, vitals: false } })
  const seen = watchSections(probeOf(scope))
  const server = createServer((_request, response) => {
    scope.log('a line')
    response.end('ok')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const port = (server.address() as AddressInfo).port
  await scope.span('a client', async () => {
    await (await fetch(`http://localhost:${port}/`)).text()
    await lookup('localhost')
    get({ port, agent: false }).on('response', (answer) => answer.resume())
    await once(server, 'request')
  })
  console.debug('a line of the console')
  await expect.poll(() => seen.records).toBeGreaterThanOrEqual(20)
  expect([seen.outside, seen.open]).toEqual([0, 0])
  await new Promise((resolve) => server.close(resolve))
  await scope.stop()
})
