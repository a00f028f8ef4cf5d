import { join } from 'node:path'
import { KINDS, wallMs } from '@cinescope/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mergeRecordings } from '../../src/recording/copy/merge.ts'
import { packRecording } from '../../src/recording/copy/pack.ts'
import { openRecording } from '../../src/recording/open-recording.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import { createSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { PROCESS } from '../recording/recording-fixture.ts'
import { temporaryDirectory } from '../store/directory.ts'
import { plain } from '../value/fixture.ts'
import { entityOf, States, type StatesOptions } from './states-fixture.ts'

const at = (ms: number) => wallMs(PROCESS.anchor.wallMs + ms)

/** A state of some size, of which changes are small parts. */
function cart(n: number): Record<string, unknown> {
  return {
    id: 7,
    owner: 'someone whose name is long',
    items: Array.from({ length: 8 }, (_, i) => ({ sku: `sku ${i}`, n: i })),
    n,
  }
}

async function kinds(states: States): Promise<string[]> {
  const { items } = await states.recording.events({ limit: 10_000 })
  return items.map(({ kind }) => kind)
}

describe('states of an entity', () => {
  it('are asked for by the whole of it', async () => {
    const states = new States()
    states.state(1, cart(1))
    states.commit()
    const part = { kind: 'cart', id: '7' } as never
    const says = { code: 'CSC_ERR_OPTION', message: expect.stringContaining('{ kind, scope, id }') }
    await expect(states.recording.stateAt(part)).rejects.toMatchObject(says)
    await expect(states.recording.history(part)).rejects.toMatchObject(says)
  })

  it('are recorded whole, then by what changes, and not where nothing does', async () => {
    const states = new States()
    for (const n of [1, 2, 2, 3]) states.state(1, cart(n))
    states.commit()
    expect(await kinds(states)).toEqual(['state.snapshot', 'state.patch', 'state.patch'])
    const { items } = await states.recording.events()
    expect(plain(items[2]!.value)).toEqual({ $type: 'patch', changes: [{ path: ['n'], set: 3 }] })
    expect(await states.recording.stateAt(entityOf(1))).toMatchObject({
      state: cart(3),
      lostChanges: 0,
      died: false,
      mayHaveChanged: false,
    })
  })

  it('are whole again beside every 64th patch, which is nobody\u2019s write', async () => {
    const states = new States()
    for (let n = 0; n < 200; n++) states.state(1, cart(n))
    states.commit()
    const all = await kinds(states)
    expect(all.filter((kind) => kind === 'state.snapshot')).toHaveLength(4)
    expect(all.filter((kind) => kind === 'state.patch')).toHaveLength(199)
    expect(await states.recording.stateAt(entityOf(1))).toMatchObject({ state: cart(199) })
    const history = await states.recording.history(entityOf(1), { limit: 1000 })
    expect(history.items).toHaveLength(200)
    expect(history.items.map(({ kind }) => kind)).toEqual(['first', ...Array<string>(199).fill('changed')])
  })

  it('are whole beside the first patch that comes long after', async () => {
    const states = new States()
    states.state(1, cart(1))
    states.others(8200)
    states.state(1, cart(2))
    states.state(1, cart(3))
    states.commit()
    expect((await kinds(states)).filter((kind) => kind !== 'log')).toEqual([
      'state.snapshot',
      'state.patch',
      'state.snapshot',
      'state.patch',
    ])
  })

  it('are found in each of the lives of an entity', async () => {
    const states = new States()
    states.state(1, cart(1))
    states.clock.advance(10)
    states.died(1)
    states.clock.advance(10)
    states.state(1, cart(2))
    states.state(1, cart(3))
    states.commit()
    expect(await states.recording.stateAt(entityOf(1), at(5))).toMatchObject({ state: cart(1), died: false })
    expect(await states.recording.stateAt(entityOf(1), at(15))).toMatchObject({ state: cart(1), died: true })
    expect(await states.recording.stateAt(entityOf(1))).toMatchObject({ state: cart(3), died: false })
    const { items } = await states.recording.history(entityOf(1))
    expect(items.map(({ kind }) => kind)).toEqual(['first', 'died', 'first', 'changed'])
  })

  it('that are reported by their paths are as those that are compared', async () => {
    const states = new States()
    const state = { ...cart(1), list: [1, 2], gone: true, password: 'x' } as Record<string, unknown>
    states.state(1, state)
    state['n'] = 5
    states.changed(1, state, ['n'])
    ;(state['list'] as number[]).push(3)
    delete state['gone']
    state['new'] = { deep: 1 }
    states.changed(1, state, ['list', 2], ['gone'], ['new'])
    ;(state['items'] as { n: number }[])[3]!.n = 77
    states.changed(1, state, ['items', 3, 'n'])
    state['password'] = 'y'
    states.changed(1, state, ['password'])
    states.commit()
    expect(await kinds(states)).toEqual(['state.snapshot', 'state.patch', 'state.patch', 'state.patch', 'state.patch'])
    expect((await states.recording.stateAt(entityOf(1)))?.state).toEqual(states.shown(state))
    const all = JSON.stringify((await states.recording.events()).items.map(({ value }) => value))
    expect(all).not.toMatch(/"y"|"x"/)
  })

  it('that are reported are not forgotten when the next one is compared', async () => {
    const states = new States()
    states.state(1, cart(1))
    states.changed(1, cart(2), ['n'])
    states.state(1, cart(1))
    states.commit()
    expect(await states.recording.stateAt(entityOf(1))).toMatchObject({ state: cart(1), lostChanges: 0 })
    expect(await states.recording.lastWrite(entityOf(1), 'n')).toMatchObject({ before: 2, after: 1 })
  })

  it.each([
    ['a key with no number', { ...cart(1), ['id123456']: { n: 1 } }, ['id123456', 'n']],
    ['a class', { ...cart(1), at: new Date(0) }, ['at', 'n']],
    ['a place that is not there', cart(1), ['no', 'such']],
    ['an item beyond the list', cart(1), ['items', 99]],
    ['nothing', cart(1), []],
  ])('that are reported by a path through %s are walked', async (_, state, path) => {
    const states = new States()
    states.state(1, state)
    const next = { ...state, n: 2 }
    states.changed(1, next, path)
    states.commit()
    expect((await states.recording.stateAt(entityOf(1)))?.state).toEqual(states.shown(next))
  })

  it('are told to be incomplete where changes were lost', async () => {
    const states = new States({ ring: { records: 64 } })
    states.state(1, cart(1))
    states.clock.advance(1)
    states.state(1, cart(2))
    states.drain()
    states.clock.advance(1)
    // the ring is full: state has a reserve, so all of it has to go
    for (let n = 0; n < 70; n++) states.state(1, cart(100 + n))
    states.clock.advance(1)
    states.drain()
    states.clock.advance(1)
    states.state(1, cart(900))
    states.clock.advance(1)
    states.state(1, cart(901))
    states.commit()
    expect(await states.recording.stateAt(entityOf(1), at(1))).toMatchObject({ state: cart(2), mayHaveChanged: false })
    const then = await states.recording.stateAt(entityOf(1), at(3))
    expect(then?.mayHaveChanged).toBe(true)
    expect(await states.recording.stateAt(entityOf(1))).toMatchObject({
      state: cart(901),
      lostChanges: 0,
      mayHaveChanged: false,
    })
    const write = await states.recording.lastWrite(entityOf(1), 'id')
    expect(write).toMatchObject({ isFirst: true, isCertain: false })
    expect(await states.recording.lastWrite(entityOf(1), 'n')).toMatchObject({
      before: 900,
      after: 901,
      isCertain: true,
    })
    const { items } = await states.recording.history(entityOf(1), { path: 'n', order: '-time', limit: 2 })
    expect(items.map(({ followsLoss }) => followsLoss)).toEqual([false, true])
  })
})

describe('states in a ring that overwrites', () => {
  it('are whole again once records or values were overwritten, and told to be incomplete until then', async () => {
    for (const by of ['records', 'values']) {
      const states = new States({ ring: { strategy: 'overwrite', records: 256, arenaBytes: 131_072 } })
      states.state(1, cart(0))
      states.clock.advance(1)
      states.drain()
      if (by === 'records') for (let n = 0; n < 200; n++) states.state(2, cart(n))
      else
        for (let n = 0; n < 50; n++)
          states.recorder.point(
            KINDS.log,
            0,
            0,
            0,
            Array.from({ length: 8 }, () => 'x'.repeat(1000)),
          )
      states.state(1, cart(1))
      states.clock.advance(1)
      states.drain()
      states.state(1, cart(2))
      states.clock.advance(1)
      states.state(1, cart(3))
      states.commit()
      const found = await states.recording.stateAt(entityOf(1))
      expect(found).toMatchObject({ state: cart(3), lostChanges: 0, mayHaveChanged: false })
      const { items } = await states.recording.events({ limit: 10_000 })
      const last = items.filter(({ subject }) => subject?.id === '1').map(({ kind }) => kind)
      expect(last.slice(-2)).toEqual(['state.snapshot', 'state.patch'])
    }
  })
})

describe('who wrote last', () => {
  it('is the record that changed the path, whatever was written since', async () => {
    const states = new States()
    const state = cart(1)
    for (let n = 0; n < 300; n++) {
      states.clock.advance(1)
      if (n === 50) state['owner'] = 'another owner'
      states.state(1, { ...state, n })
    }
    states.commit()
    const write = await states.recording.lastWrite(entityOf(1), 'owner')
    expect(write).toMatchObject({
      before: 'someone whose name is long',
      after: 'another owner',
      isFirst: false,
      isCertain: true,
    })
    expect(write?.event.at).toBe(at(51))
    expect(await states.recording.lastWrite(entityOf(1), 'owner', at(50))).toMatchObject({
      isFirst: true,
      before: undefined,
    })
    expect(await states.recording.lastWrite(entityOf(1), 'items[2].n')).toMatchObject({ isFirst: true, after: 2 })
    expect(await states.recording.lastWrite(entityOf(1), 'owner', at(-5))).toBeUndefined()
    expect(await states.recording.diffStates(entityOf(1), at(10), at(60))).toMatchObject({
      changes: [
        { kind: 'set', path: ['owner'], value: 'another owner' },
        { kind: 'set', path: ['n'], value: 59 },
      ],
    })
  })
})

describe('the history of a part', () => {
  it('is told at its path, and only where it changed, also by what holds it', async () => {
    const states = new States()
    const long = 'a text that is long enough for a patch'
    const list = [
      { sku: 'a', n: 0 },
      { sku: 'b', n: 1 },
      { sku: 'c', n: 2 },
    ]
    states.state(1, { long, list })
    states.state(1, { long, list: list.slice(1) })
    states.state(1, { long: `${long}!`, list: list.slice(1) })
    states.state(1, { long: `${long}!`, list: [{ sku: 'd', n: 1 }, list[2]] })
    states.state(1, { long: `${long}!` })
    states.commit()
    const ofSku = await states.recording.history(entityOf(1), { path: 'list[0].sku' })
    expect(ofSku.items.map(({ changes }) => changes)).toEqual([
      [{ kind: 'set', path: ['list', '0', 'sku'], value: 'a' }],
      [{ kind: 'set', path: ['list', '0', 'sku'], value: 'b' }],
      [{ kind: 'set', path: ['list', 0, 'sku'], value: 'd' }],
      [{ kind: 'delete', path: ['list', '0', 'sku'] }],
    ])
    expect((await states.recording.history(entityOf(1), { path: 'list.0.n' })).items).toHaveLength(3)
    expect((await states.recording.history(entityOf(1), { path: 'no.such' })).items).toEqual([])
    expect(await states.recording.lastWrite(entityOf(1), 'no.such')).toBeUndefined()
    expect(await states.recording.lastWrite(entityOf(1), ['list', 0, 'n'])).toMatchObject({
      before: 1,
      after: undefined,
    })
  })

  it('comes in pages, either way', async () => {
    const states = new States()
    for (let n = 0; n < 150; n++) {
      states.clock.advance(1)
      states.state(1, cart(n))
      states.state(2, cart(n))
      if (n % 40 === 0) states.commit(true)
    }
    states.commit()
    for (const order of ['time', '-time'] as const) {
      const seqs: number[] = []
      for (let cursor: string | undefined, first = true; first || cursor !== undefined; first = false) {
        const page = await states.recording.history(entityOf(2), {
          order,
          limit: 7,
          ...(cursor === undefined ? {} : { cursor }),
        })
        seqs.push(...page.items.map(({ event }) => event.seq))
        cursor = page.cursor
      }
      expect(seqs).toHaveLength(150)
      expect(seqs).toEqual(seqs.toSorted((a, b) => (order === 'time' ? a - b : b - a)))
    }
  })
})

describe('a state that retention has removed the record of', () => {
  /** Ten changes a segment, of which nothing is left but the last unfinished one. */
  async function pruned(path: string, store = createSqliteStore(path, PROCESS)): Promise<States> {
    const states = new States({ store, maxRows: 10 })
    for (let n = 0; n < 35; n++) {
      states.clock.advance(1)
      states.state(1, cart(n))
      if (n < 5) states.state(2, cart(100 + n))
      if (n === 3) states.state(3, cart(3))
      if (n === 4) states.died(3)
    }
    states.commit()
    states.prune(0)
    return states
  }

  it('is what later changes go on from, and is told as the first that is known', async () => {
    using directory = temporaryDirectory()
    const path = join(directory.path, 'a.cine')
    const states = await pruned(path)
    const oldest = await states.oldestMs()
    expect(oldest).toBeGreaterThan(25)
    states.store.finish()
    await using recording = openRecording(path)
    for (let ms = oldest; ms <= 35; ms++)
      expect(await recording.stateAt(entityOf(1), at(ms))).toMatchObject({ state: cart(ms - 1), lostChanges: 0 })
    expect(await recording.stateAt(entityOf(1), at(3))).toBeUndefined()
    const quiet = await recording.stateAt(entityOf(2))
    expect(quiet).toMatchObject({ state: cart(104), lostChanges: 0, mayHaveChanged: false })
    expect(quiet?.event).toMatchObject({ at: at(5), synthetic: true, kind: 'state.snapshot' })
    expect(await recording.lastWrite(entityOf(2), 'n')).toMatchObject({ isFirst: true, after: 104 })
    for (const order of ['time', '-time'] as const) {
      const { items } = await recording.history(entityOf(1), { order })
      const first = items.findIndex(({ kind }) => kind === 'first')
      expect(first).toBe(order === 'time' ? 0 : items.length - 1)
      const next = await recording.history(entityOf(1), { order, limit: 2 })
      const rest = await recording.history(entityOf(1), { order, cursor: next.cursor! })
      expect([...next.items, ...rest.items].map(({ event }) => event.seq)).toEqual(items.map(({ event }) => event.seq))
    }
    // what has died is not kept for ever
    expect(await recording.stateAt(entityOf(3))).toBeUndefined()
    const { rows } = await recording.ledger()
    expect(rows.filter(({ reason }) => reason === 'pruned').map(({ kind }) => kind)).toContain('state.patch')
  })

  it('is what a whole state that comes later is compared with', async () => {
    using directory = temporaryDirectory()
    const states = await pruned(join(directory.path, 'a.cine'))
    // so much changes that it is told whole
    states.state(2, { n: 200, other: 'nothing of before' })
    states.commit()
    const { items } = await states.recording.history(entityOf(2))
    expect(items.map(({ kind }) => kind)).toEqual(['first', 'changed'])
    expect(items[1]!.changes).toContainEqual({ kind: 'set', path: ['n'], value: 200 })
    expect(await states.recording.lastWrite(entityOf(2), 'n')).toMatchObject({ before: 104, after: 200 })
    states.store.finish()
  })

  it('goes with a copy of the recording', async () => {
    using directory = temporaryDirectory()
    const path = join(directory.path, 'a.cine')
    const states = await pruned(path)
    states.store.finish()
    const [packed, merged] = [join(directory.path, 'packed'), join(directory.path, 'merged')]
    await packRecording(path, { path: packed })
    await mergeRecordings([path], { path: merged })
    for (const copy of [packed, merged]) {
      await using recording = openRecording(copy)
      expect(await recording.stateAt(entityOf(2))).toMatchObject({ state: cart(104) })
      expect(await recording.stateAt(entityOf(1), at(35))).toMatchObject({ state: cart(34) })
    }
  })

  it.each(['sqlite', 'memory'])(
    'is forgotten where all would take too much, the one told longest ago first (%s)',
    async (kind) => {
      using directory = temporaryDirectory()
      const path = join(directory.path, 'a.cine')
      const store = kind === 'sqlite' ? createSqliteStore(path, PROCESS) : createMemoryStore(PROCESS)
      const states = new States({ store, maxRows: 50 })
      for (let id = 0; id < 500; id++) {
        states.clock.advance(1)
        states.state(id, { ...cart(id), long: 'x'.repeat(300) })
      }
      states.commit(true)
      states.prune(0)
      const { recording } = states
      expect(await recording.stateAt(entityOf(0))).toBeUndefined()
      expect(await recording.stateAt(entityOf(499))).toMatchObject({ lostChanges: 0 })
      const { counters } = await recording.status()
      if (kind === 'sqlite') expect(counters['cinescope.states.forgotten']).toBeGreaterThan(100)
      store.finish()
    },
  )
})

/** What happens to the entities, and to the recording of it. */
const step = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(fc.constant('set'), fc.nat(2), fc.nat(11), fc.nat(3)) },
  { weight: 3, arbitrary: fc.tuple(fc.constant('push'), fc.nat(2), fc.nat(3), fc.constant(0)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('cut'), fc.nat(2), fc.nat(20), fc.constant(0)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('died'), fc.nat(2), fc.constant(0), fc.constant(0)) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('others'), fc.nat(30), fc.constant(0), fc.constant(0)) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('commit'), fc.nat(1), fc.constant(0), fc.constant(0)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('prune'), fc.nat(9), fc.constant(0), fc.constant(0)) },
)

const sizes: fc.Arbitrary<StatesOptions> = fc.record({
  ring: fc.record({
    strategy: fc.constantFrom('drop', 'overwrite'),
    records: fc.constantFrom(64, 32_768),
    arenaBytes: fc.constantFrom(131_072, 4_194_304),
  }),
  maxBytes: fc.constantFrom(150, 8192),
  maxWidth: fc.constantFrom(4, 50),
  maxRows: fc.integer({ min: 3, max: 60 }),
})

describe('who wrote a part', () => {
  it('is the same whether or not segments tell what they wrote', async () => {
    const paths = [
      'n',
      'keya',
      'keyb.deep',
      'keyb.deep.0',
      'list',
      'list.0',
      'list.1.pushed',
      'items.3.n',
      'id',
      'no',
      '',
    ]
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 5, maxLength: 80 }),
        fc.constantFrom(...paths),
        async (steps, path) => {
          const [sealed, unsealed] = [new States({ maxRows: 4 }), new States()]
          for (const states of [sealed, unsealed]) {
            const model = new Map<number, Record<string, unknown>>()
            for (const [what, a, b, c] of steps) {
              states.clock.advance(1)
              if (what === 'died' && model.delete(a)) states.died(a)
              if (what !== 'set' && what !== 'push' && what !== 'cut') continue
              const [state] = changed(model.get(a), what, b, c)
              model.set(a, state)
              states.state(a, state)
            }
          }
          sealed.commit(true)
          unsealed.commit()
          for (const id of [0, 1, 2]) {
            const answers = await Promise.all(
              [sealed, unsealed].map((states) => states.recording.lastWrite(entityOf(id), path).catch(() => 'none')),
            )
            expect(answers[0]).toEqual(answers[1])
          }
        },
      ),
      { numRuns: 150 },
    )
  })

  it('is found without reading the segments that did not write it', async () => {
    const states = new States({ maxRows: 20 })
    for (let n = 0; n < 400; n++) states.state(1, { ...cart(n), owner: n < 30 ? 'someone' : 'another owner' })
    states.commit(true)
    const { explain } = await states.recording.history(entityOf(1), { path: 'owner' })
    expect(explain.segmentsSkipped['write filter']).toBeGreaterThan(15)
    expect(await states.recording.lastWrite(entityOf(1), 'owner')).toMatchObject({ before: 'someone' })
  })
})

describe('a state at any instant', () => {
  it('is what a replay from zero gives, or is said to be incomplete', async () => {
    await fc.assert(
      fc.asyncProperty(
        sizes,
        fc.array(step, { minLength: 5, maxLength: 120 }),
        fc.nat(2),
        async (how, steps, reported) => {
          const states = new States(how)
          const model = new Map<number, Record<string, unknown>>()
          const expected: {
            readonly ms: number
            readonly id: number
            readonly state: unknown
            readonly died: boolean
          }[] = []
          let ms = 0
          for (const [what, a, b, c] of steps) {
            if (what === 'others') states.others(a)
            else if (what === 'commit') states.commit(a === 1)
            else if (what === 'prune') states.prune(a / 10)
            else {
              states.clock.advance(1)
              ms++
              const known = model.get(a)
              if (what === 'died') {
                if (known === undefined) continue
                states.died(a)
                model.delete(a)
                expected.push({ ms, id: a, state: states.shown(known), died: true })
                continue
              }
              const [state, path] = changed(known, what, b, c)
              model.set(a, state)
              if (reported === 1 || (reported === 2 && ms % 3 > 0)) states.changed(a, state, path)
              else states.state(a, state)
              expected.push({ ms, id: a, state: states.shown(state), died: false })
            }
          }
          states.commit(true)
          const oldest = await states.oldestMs()
          for (const id of [0, 1, 2]) {
            if (!expected.some((each) => each.id === id)) continue
            for (let then = 0; then <= ms; then += 1 + Math.floor(ms / 20)) {
              const wanted = expected.findLast((each) => each.id === id && each.ms <= then)
              const found = await states.recording.stateAt(entityOf(id), at(then))
              if (found === undefined && wanted === undefined) continue
              if (found === undefined) {
                // nothing of it was recorded by then, or what was has been removed
                if (then >= oldest && wanted?.died !== true)
                  expect(states.ring.refused + states.ring.valuesLost).toBeGreaterThan(0)
                continue
              }
              if (found.lostChanges > 0 || found.mayHaveChanged) continue
              expect({ then, state: found.state, died: found.died }).toEqual({
                then,
                state: wanted?.state,
                died: wanted?.died,
              })
            }
          }
        },
      ),
      { numRuns: 150 },
    )
  })
})

function changed(
  known: Record<string, unknown> | undefined,
  what: string,
  b: number,
  c: number,
): [Record<string, unknown>, readonly (string | number)[]] {
  const state = structuredClone(known ?? { ...cart(0), list: [] })
  const list = state['list'] as unknown[]
  if (what === 'push') {
    list.push({ pushed: b })
    return [state, ['list', list.length - 1]]
  }
  if (what === 'cut') {
    list.splice(b % (list.length + 1), 1)
    return [state, ['list']]
  }
  const key = `key${'abcdefghijkl'[b]}`
  if (c === 3) delete state[key]
  else state[key] = c === 0 ? b : c === 1 ? { deep: [b] } : `text ${b}`
  return [state, [key]]
}
