/** For each option that holds a value: what is different when it is set. */

import { basename, dirname, relative } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { vi } from 'vitest'
import type { ScopeOptions } from '../../src/options/scope-options.ts'
import { sourceNames } from '../../src/options/source-names.ts'
import { probeOf } from '../../src/capture/probe-of.ts'
import { askProcess } from '../../src/control/ask-process.ts'
import type { Scope } from '../../src/scope/running-scope.ts'
import { serving } from '../sources/fixture.ts'

/** Starts a scope that is told whatever the test is about. */
type Start = () => Promise<Scope>

/** See the file's first line. */
export interface Effect {
  readonly value: unknown
  /** What must be said besides, so that it can be seen. */
  readonly beside?: ScopeOptions
  /** What is looked at. */
  readonly shows: (start: Start) => Promise<unknown>
  readonly usual: unknown
  readonly changed: unknown
}

const TAIL = { keep: { policy: 'tail' } } as const
const WINDOW = { keep: { policy: 'window' } } as const
const NO_RESERVOIR = { keep: { policy: 'tail', reservoir: 0 } } as const
const NONE_SLOW = { keep: { policy: 'tail', slowMs: 100_000, reservoir: 0 } } as const
const NO_ROOM = { ring: { records: 64 } } as const
const SERVER = { sources: { 'http.server': true } } as const
const CLIENT = { sources: { undici: true } } as const
const CSV = 'text/csv'
const JSON_TYPE = 'application/json'

/** By the path of the option. */
export const EFFECTS: Readonly<Record<string, Effect>> = {
  enabled: { value: false, shows: (start) => of(start, ({ isEnabled }) => isEnabled), usual: true, changed: false },
  preset: {
    value: 'production',
    shows: keeps({ text: 'x'.repeat(300) }, 'x'.repeat(300)),
    usual: true,
    changed: false,
  },
  sample: {
    value: 0,
    shows: (start) =>
      of(start, async (scope) => {
        scope.span('a film', () => undefined)
        await scope.flush()
        return (await scope.recording().films({ limit: 1 })).items.length
      }),
    usual: 1,
    changed: 0,
  },
  config: { value: 'other.json', shows: service, usual: basename(process.argv[1] ?? 'node'), changed: 'other' },
  directory: {
    value: 'elsewhere',
    beside: { store: 'sqlite' },
    shows: (start) => of(start, ({ path = '' }) => relative(process.cwd(), dirname(path))),
    usual: '.cinescope',
    changed: 'elsewhere',
  },
  service: { value: 'named', shows: service, usual: basename(process.argv[1] ?? 'node'), changed: 'named' },
  store: {
    value: 'sqlite',
    shows: (start) => of(start, ({ path }) => path !== undefined),
    usual: false,
    changed: true,
  },
  maxBytes: { value: 1_048_576, shows: (start) => of(start, prunes), usual: false, changed: true },
  maxAgeMs: { value: 1000, shows: (start) => of(start, prunesInTime), usual: false, changed: true },
  maxEvents: { value: 1000, shows: (start) => of(start, prunes), usual: false, changed: true },
  'ring.strategy': { value: 'overwrite', beside: NO_ROOM, shows: keepsLast, usual: false, changed: true },
  'ring.records': { value: 64, shows: lost('dropped'), usual: false, changed: true },
  'ring.maxBytes': {
    value: 401_408,
    beside: { ring: { strategy: 'grow', records: 64, arenaBytes: 131_072 } },
    shows: lost('dropped'),
    usual: false,
    changed: true,
  },
  'ring.arenaBytes': { value: 131_072, shows: lost('valuesLost'), usual: false, changed: true },
  'values.maxDepth': { value: 1, shows: keeps({ a: { b: 'deep' } }, 'deep'), usual: true, changed: false },
  'values.maxWidth': { value: 1, shows: keeps({ a: 1, b: 'wide' }, 'wide'), usual: true, changed: false },
  'values.maxStringLength': { value: 4, shows: keeps({ a: 'a long zebra' }, 'zebra'), usual: true, changed: false },
  'values.maxBytes': {
    value: 64,
    shows: keeps({ many: Array.from({ length: 40 }, (_, index) => `item ${index}`) }, 'item 39'),
    usual: true,
    changed: false,
  },
  'redaction.names': { value: ['plate'], shows: keeps({ plate: 'K-AB' }, 'K-AB'), usual: true, changed: false },
  'redaction.allow': { value: ['session'], shows: keeps({ session: 'dull' }, 'dull'), usual: false, changed: true },
  'redaction.paths': { value: ['a.note'], shows: keeps({ a: { note: 'blue' } }, 'blue'), usual: true, changed: false },
  'redaction.shapes': { value: [/K-\d+/], shows: keeps({ a: 'K-1234' }, '1234'), usual: true, changed: false },
  'redaction.text': { value: 'keep', beside: SERVER, shows: receives(CSV, 'a;b', 'a;b'), usual: false, changed: true },
  'keep.policy': {
    value: 'tail',
    beside: { keep: { reservoir: 0 } },
    shows: decides(() => undefined),
    usual: 'stored',
    changed: 'notKept',
  },
  'keep.slowMs': {
    value: 2,
    beside: NO_RESERVOIR,
    shows: decides(() => block(4)),
    usual: 'notKept',
    changed: 'stored',
  },
  'keep.slowQuantile': { value: 0.5, beside: NO_RESERVOIR, shows: decidesByRoute, usual: false, changed: true },
  'keep.reservoir': { value: 0, beside: TAIL, shows: decides(() => undefined), usual: 'stored', changed: 'notKept' },
  'keep.afterSeconds': { value: 0, beside: WINDOW, shows: keepsAfter, usual: 'stored', changed: 'pending' },
  'keep.signal': {
    value: 'SIGUSR2',
    beside: WINDOW,
    shows: (start) => of(start, () => process.listenerCount('SIGUSR2') > 0),
    usual: false,
    changed: true,
  },
  'keep.maxBytes': { value: 131_072, beside: NO_RESERVOIR, shows: decidesEarly(), usual: false, changed: true },
  'keep.maxEvents': { value: 400, beside: NO_RESERVOIR, shows: decidesEarly(), usual: false, changed: true },
  'keep.maxSeconds': { value: 1, beside: NONE_SLOW, shows: decidesEarly(2500), usual: false, changed: true },
  'budget.cpuPercent': { value: 0.1, shows: leavesOut, usual: false, changed: true },
  'budget.bytesPerSecond': { value: 1000, shows: leavesOut, usual: false, changed: true },
  sources: { value: true, shows: records('console'), usual: false, changed: true },
  ...Object.fromEntries(
    sourceNames().map((name) => [
      `sources.${name}`,
      { value: true, shows: records(name), usual: false, changed: true },
    ]),
  ),
  'incoming.bodies': {
    value: false,
    beside: SERVER,
    shows: receives(JSON_TYPE, '{"a":"body"}', 'body'),
    usual: true,
    changed: false,
  },
  'incoming.maxBodyBytes': {
    value: 12,
    beside: SERVER,
    shows: receives(JSON_TYPE, '{"a":"begin","b":"rest"}', 'rest'),
    usual: true,
    changed: false,
  },
  'outgoing.bodies': { value: false, beside: CLIENT, shows: sends('answer'), usual: true, changed: false },
  'outgoing.maxBodyBytes': { value: 12, beside: CLIENT, shows: sends('rest'), usual: true, changed: false },
  'outgoing.traceparentTo': {
    value: ['api.example.org'],
    beside: CLIENT,
    shows: sends('traced'),
    usual: true,
    changed: false,
  },
  // what they do is in test/sources/vitals.test.ts: it takes time to see
  'vitals.everyMs': { value: 200, shows: vitals('everyMs'), usual: 1000, changed: 200 },
  'vitals.blockedMs': { value: 20, shows: vitals('blockedMs'), usual: 50, changed: 20 },
  'vitals.pauseMs': { value: 20, shows: vitals('pauseMs'), usual: 10, changed: 20 },
  control: {
    value: false,
    beside: { store: 'sqlite' },
    shows: (start) => of(start, isReachable),
    usual: true,
    changed: false,
  },
  handleSignals: {
    value: true,
    shows: (start) => of(start, () => process.listenerCount('SIGHUP') > 0),
    usual: false,
    changed: true,
  },
  onInternalError: { value: vi.fn(), shows: toldOfFaults, usual: false, changed: true },
}

async function of<T>(start: Start, look: (scope: Scope) => T | Promise<T>): Promise<T> {
  await using scope = await start()
  return await look(scope)
}

/** Whether the process can be asked. */
async function isReachable(scope: Scope): Promise<boolean> {
  await scope.flush()
  const target = { node: scope.node, uid: process.getuid?.() ?? 0 }
  return askProcess(target, { ask: 'status' }).then(
    () => true,
    () => false,
  )
}

function service(start: Start): Promise<string> {
  return of(start, async (scope) => (await scope.recording().status()).process.service)
}

/** Whether something of a state can be read afterwards. */
function keeps(state: unknown, text: string): Effect['shows'] {
  return (start) =>
    of(start, async (scope) => {
      scope.entity('thing', 1).snapshot(state)
      return (await told(scope)).includes(text)
    })
}

/** What becomes of the events of a film. */
function decides(work: () => void): Effect['shows'] {
  return (start) =>
    of(start, async (scope) => {
      const before = scope.status().stored
      scope.span('film', work)
      await scope.flush()
      const { stored, notKept } = scope.status()
      return notKept > 0 ? 'notKept' : stored > before ? 'stored' : 'pending'
    })
}

/** What becomes of a film right after the window was kept. */
function keepsAfter(start: Start): Promise<string> {
  return of(start, async (scope) => {
    const before = scope.status().stored
    scope.keep('to see')
    scope.span('film', () => undefined)
    await scope.flush()
    // beside the request itself
    return scope.status().stored > before + 1 ? 'stored' : scope.status().pending > 0 ? 'pending' : 'lost'
  })
}

/** Whether values are left out while a good deal is recorded. */
function leavesOut(start: Start): Promise<boolean> {
  return of(start, async (scope) => {
    for (const until = performance.now() + 3500; performance.now() < until && scope.status().valuesThinned === 0;) {
      for (let i = 0; i < 500; i++) scope.span('film', () => digits())
      await setTimeout(5)
    }
    return scope.status().valuesThinned > 0
  })
}

/** Whether a film is kept that is slower than half of its route's, and not slower than one in a hundred. */
function decidesByRoute(start: Start): Promise<boolean> {
  return of(start, async (scope) => {
    const before = scope.status().stored
    for (let i = 0; i < 100; i++) scope.span('film', () => block(i % 10 === 0 ? 20 : 0))
    scope.span('film', () => block(5))
    await scope.flush()
    return scope.status().stored > before
  })
}

/** Whether a film is decided before it has ended: one of half as many events as are allowed by default, and as many bytes. */
function decidesEarly(withinMs = 0): Effect['shows'] {
  return (start) =>
    of(start, (scope) =>
      scope.span('film', async () => {
        for (let i = 0; i < 500; i++) scope.log(`line ${i}`, { text: 'x'.repeat(300) })
        const until = performance.now() + withinMs
        do {
          await scope.flush()
          if (scope.status().notKept > 0) return true
          await setTimeout(20)
        } while (performance.now() < until)
        return false
      }),
    )
}

function block(ms: number): void {
  for (const until = performance.now() + ms; performance.now() < until;);
}

async function told(scope: Scope): Promise<string> {
  await scope.flush()
  const { items } = await scope.recording().events()
  return JSON.stringify(items.map(({ value, result }) => [value, result]))
}

async function prunes(scope: Scope): Promise<boolean> {
  // the writer prunes every eight commits
  for (let i = 0; i < 20; i++) {
    for (let j = 0; j < 250; j++) scope.log(`${i} ${j}`, { digits: digits(), more: digits() })
    await scope.flush()
  }
  return scope.status().pruned > 0
}

/** Whether one line has gone before so much time has passed that it must have. */
async function prunesInTime(scope: Scope): Promise<boolean> {
  scope.log('old')
  await scope.flush()
  for (const until = performance.now() + 2500; performance.now() < until && scope.status().pruned === 0;)
    await setTimeout(50)
  return scope.status().pruned > 0
}

function digits(): string {
  return Array.from({ length: 60 }, () => String(Math.random()).slice(2)).join('')
}

/** More than the ring holds, in one turn, before the writer is up. */
function fill(scope: Scope): void {
  for (let i = 0; i < 1000; i++) scope.log(`line ${i}`, { text: 'x'.repeat(500) })
}

function keepsLast(start: Start): Promise<boolean> {
  return of(start, async (scope) => {
    fill(scope)
    return (await told(scope)).includes('line 999')
  })
}

function lost(figure: 'dropped' | 'valuesLost'): Effect['shows'] {
  return (start) =>
    of(start, async (scope) => {
      fill(scope)
      await scope.flush()
      return scope.status()[figure] > 0
    })
}

/** Whether the doctor is told of a source that it is not off. */
function records(name: string): Effect['shows'] {
  return (start) =>
    of(start, async (scope) => {
      await scope.flush()
      const { hooks } = await scope.recording().status()
      const hook = hooks.find((each) => each.name === name)
      if (hook === undefined) throw new Error(`nothing is told of ${name}`)
      return hook.state !== 'off'
    })
}

/** Whether something of the body of a request to this process can be read afterwards. */
function receives(type: string, body: string, text: string): Effect['shows'] {
  return (start) =>
    of(start, async (scope) => {
      await using peer = await serving((req, res) => req.resume().on('end', () => res.end()))
      await (await fetch(peer.url, { method: 'POST', headers: { 'content-type': type }, body })).text()
      return (await told(scope)).includes(text)
    })
}

/** Whether something of what came back can be read afterwards, or the request was traced. */
function sends(text: string): Effect['shows'] {
  return (start) =>
    of(start, async (scope) => {
      await using peer = await serving((req, res) => {
        const traced = req.headers['traceparent'] === undefined ? '' : 'traced'
        res.writeHead(200, { 'content-type': JSON_TYPE }).end(`{"a":"answer","b":"rest","c":"${traced}"}`)
      })
      await scope.span('work', async () => {
        await (await fetch(peer.url)).text()
      })
      return (await told(scope)).includes(text)
    })
}

function vitals(key: 'everyMs' | 'blockedMs' | 'pauseMs'): Effect['shows'] {
  return (start) => of(start, (scope) => probeOf(scope).sources.vitals[key])
}

async function toldOfFaults(start: Start): Promise<boolean> {
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  vi.stubEnv('CINESCOPE_OF_NOBODY', 'x')
  return of(start, () => {
    const isPrinted = write.mock.calls.some(([line]) => String(line).includes('CINESCOPE_OF_NOBODY'))
    write.mockRestore()
    return !isPrinted
  })
}
