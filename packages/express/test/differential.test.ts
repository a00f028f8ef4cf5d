import type { Scope } from '@cinescope/core'
import { cinescope } from '@cinescope/express'
import { exchange, withoutDate } from '@cinescope/testkit'
import type { Express } from 'express'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EXPRESS_MAJOR, serve, temporaryScope } from './fixture.ts'
import { answers } from './scenarios/answers.ts'
import { bodies } from './scenarios/bodies.ts'
import { order } from './scenarios/order.ts'
import type { Scenario } from './scenarios/scenario.ts'
import { shapes } from './scenarios/shapes.ts'
import { streams } from './scenarios/streams.ts'

const all: readonly Scenario[] = [...answers, ...streams, ...bodies, ...order, ...shapes]

interface Observed {
  readonly wire: string
  readonly log: readonly string[]
}

const scenarios = all.filter(({ since = 4 }) => since <= EXPRESS_MAJOR)
const WAYS = ['recorded', 'sampled out'] as const
const scopes = new Map<(typeof WAYS)[number], Scope>()
/** Observed before anything is hooked. */
const plain = new Map<Scenario, Observed>()

beforeAll(async () => {
  for (const scenario of scenarios) plain.set(scenario, await observe(scenario, serve))
  scopes.set('recorded', await temporaryScope())
  scopes.set('sampled out', await temporaryScope({ sample: 0 }))
}, 60_000)
afterAll(async () => {
  for (const scope of scopes.values()) await scope.stop()
})

describe.each(WAYS)('an application that is %s', (way) => {
  test.each(scenarios)('behaves as a plain one: $name', async (scenario) => {
    const observed = await observe(scenario, (build) =>
      serve((app) => {
        app.use(cinescope(scopes.get(way)!))
        build(app)
      }),
    )
    expect(plain.get(scenario)?.wire).toMatch(scenario.answers ?? /^HTTP\/1\.1 /)
    expect(observed).toEqual(plain.get(scenario))
  })
})

test('all of this was recorded without a fault of ours', async () => {
  for (const [way, scope] of scopes) {
    await scope.flush()
    const { produced, dropped, faults } = scope.status()
    expect({ dropped, faults }).toEqual({ dropped: 0, faults: [] })
    expect(produced).toBeGreaterThan(scenarios.length * (way === 'recorded' ? 4 : 1))
  }
})

test('what was sampled out is counted by its routes and failures as if it had been recorded', async () => {
  const counted = async (way: (typeof WAYS)[number]): Promise<readonly string[]> => {
    const routes = await scopes.get(way)!.recording().routes()
    return routes.map(({ name, films, failed }) => `${name}: ${films}, ${failed} failed`).toSorted()
  }
  const recorded = await counted('recorded')
  expect(recorded.length).toBeGreaterThan(10)
  expect(await counted('sampled out')).toEqual(recorded)
})

test('the table of scenarios covers what it promises', () => {
  expect(scenarios.length).toBeGreaterThanOrEqual(40)
  expect(new Set(scenarios.map(({ name }) => name)).size).toBe(scenarios.length)
})

async function observe(
  scenario: Scenario,
  start: (build: (app: Express) => void) => ReturnType<typeof serve>,
): Promise<Observed> {
  const log: string[] = []
  await using server = await start((app) => scenario.build(app, (line) => void log.push(line)))
  scenario.onServer?.(server.server, (line) => void log.push(line))
  let wire = ''
  for (const request of [scenario.request].flat()) wire += await exchange(server.port, request, scenario.exchange ?? {})
  const deadline = Date.now() + 5000
  while (log.length < (scenario.settle ?? 0)) {
    if (Date.now() > deadline)
      throw new Error(`${scenario.name}: ${scenario.settle} lines were expected, got ${JSON.stringify(log)}`)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  return { wire: normalised(wire, scenario), log }
}

/** Frames of stacks are the one thing that differs: ours stand among them, and Node keeps ten. */
function normalised(wire: string, { hasStack }: Scenario): string {
  const text = withoutDate(wire)
  return hasStack === true
    ? text.replaceAll(/<br> &nbsp; &nbsp;at .*?(?=<br>|<\/pre>)/g, '').replaceAll(/^Content-Length: \d+\r\n/gim, '')
    : text
}
