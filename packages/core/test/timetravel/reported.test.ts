import { KINDS } from '@cinescope/protocol'
import { describe, expect, it } from 'vitest'
import { entityOf, States } from './states-fixture.ts'

const long = 'a text that is long enough for a patch of anything else'

/** All that was recorded, as text. */
async function recorded(states: States): Promise<string> {
  states.commit()
  const { items } = await states.recording.events({ limit: 1000 })
  return JSON.stringify(items.map(({ value }) => value))
}

describe('what is reported by its path', () => {
  it('is hidden where it would be hidden in the whole state, also where that holds itself', async () => {
    for (const path of [['a'], ['a', 'parent'], ['a', 'parent', 'card']]) {
      const states = new States({ redaction: { paths: ['card'] } })
      const state: Record<string, unknown> = { card: 'PIN4711', long, a: { v: 1 } }
      states.state(1, state)
      ;(state['a'] as Record<string, unknown>)['parent'] = state
      states.changed(1, state, path)
      expect(await recorded(states)).not.toContain('PIN4711')
      expect((await states.recording.stateAt(entityOf(1)))?.state).toEqual(states.shown(state))
    }
  })

  it('is hidden behind a name that announces it, over holes, accessors and arguments', async () => {
    const withHole: unknown[] = Object.assign(Array.from<unknown>({ length: 0 }), { 0: 'password', 2: 'hunter1' })
    const withGetter: unknown[] = ['password', 'x', 'hunter1']
    Object.defineProperty(withGetter, 1, { get: () => 'x', enumerable: true, configurable: true })
    const collect = function () {
      return arguments
    } as (...all: readonly unknown[]) => object
    const args = collect('password', 'hunter1')
    const cases: readonly [object, number][] = [
      [withHole, 2],
      [withGetter, 2],
      [args, 1],
    ]
    for (const [list, at] of cases) {
      const states = new States()
      states.state(1, { long, list })
      ;(list as unknown[])[at] = 'hunter2SECRET'
      states.changed(1, { long, list }, ['list', at])
      states.changed(1, { long, list }, ['list', String(at)])
      expect(await recorded(states)).not.toContain('SECRET')
    }
  })

  it('is not told where the whole state does not show it', async () => {
    const states = new States()
    const state = Object.defineProperty({ n: 1, long }, 'internal', {
      value: { note: 'SECRETNOTE' },
      enumerable: false,
    })
    states.state(1, state)
    states.changed(1, state, ['internal', 'note'])
    expect(await recorded(states)).not.toContain('SECRETNOTE')
    expect(await states.recording.stateAt(entityOf(1))).toMatchObject({ lostChanges: 0 })
  })

  it('leads to the same place though a key gets a number only later', async () => {
    const states = new States()
    // keys that a peer may choose fill half of the table
    for (let i = 0; i < 30; i++)
      states.state(9, {
        bag: Object.fromEntries(
          Array.from({ length: 20 }, (_, k) => [
            `f${String.fromCharCode(97 + (i % 26), 97 + k)}${i > 25 ? 'z' : ''}`,
            k,
          ]),
        ),
      })
    const state: { a: Record<string, unknown>; z: number; long: string } = { a: { quux: 1, bar: 1, x: 1 }, z: 1, long }
    states.state(1, state)
    states.state(2, { quux: 9 })
    state.a['quux'] = 2
    states.changed(1, state, ['a', 'quux'])
    delete state.a['quux']
    states.changed(1, state, ['a', 'quux'])
    states.commit()
    const found = await states.recording.stateAt(entityOf(1))
    expect(found?.state).toEqual(states.shown(state))
    expect(found?.lostChanges).toBe(0)
  })

  it('is as long as a value may be, and no longer', async () => {
    const states = new States({ maxBytes: 256 })
    for (let length = 150; length < 260; length++) {
      const state = { a: { text: 'x' }, n: 1 }
      states.state(1, state)
      state.a.text = 'y'.repeat(length)
      states.changed(1, state, ['a', 'text'])
      states.commit()
      const found = await states.recording.stateAt(entityOf(1))
      // what follows it may be shown though a whole value would have been cut there
      expect([length, found?.lostChanges]).toEqual([length, 0])
      expect(JSON.stringify(found?.state)).toMatch(/"text":("y+"|\{"\$type":"cut","length":\d+,"text":"y+"\})/)
    }
  })
})

describe('what is not known for certain', () => {
  it('is said to be so after retention, too', async () => {
    const states = new States({ ring: { records: 64 }, maxRows: 8 })
    states.state(1, { n: 1, long })
    states.clock.advance(1)
    // the ring is full, its reserve for states as well
    for (let i = 0; i < 70; i++) states.state(2, { n: i, long })
    states.state(1, { n: 2, long })
    states.drain()
    states.clock.advance(1)
    for (let i = 0; i < 40; i++) {
      states.others(1)
      states.clock.advance(1)
      states.commit()
    }
    states.commit(true)
    expect(states.ring.refused).toBeGreaterThan(0)
    const before = await states.recording.stateAt(entityOf(1))
    states.prune(0.3)
    const after = await states.recording.stateAt(entityOf(1))
    expect(after?.state).toEqual(before?.state)
    expect([before?.mayHaveChanged, after?.mayHaveChanged]).toEqual([true, true])
    expect(await states.recording.lastWrite(entityOf(1), 'n')).toMatchObject({ isCertain: false })
  })

  it('is said to be so where the value of a change was lost', async () => {
    const states = new States({ ring: { strategy: 'overwrite', records: 1024, arenaBytes: 131_072 } })
    states.state(1, { n: 0, m: 0, long })
    states.state(1, { n: 1, m: 0, long })
    states.drain()
    states.state(1, { n: 2, m: 0, long })
    for (let i = 0; i < 20; i++)
      states.recorder.point(
        KINDS.log,
        0,
        0,
        0,
        Array.from({ length: 8 }, () => 'x'.repeat(1000)),
      )
    states.commit()
    expect(await states.recording.stateAt(entityOf(1))).toMatchObject({ lostChanges: 1 })
    expect(await states.recording.lastWrite(entityOf(1), 'n')).toMatchObject({ after: 1, isCertain: false })
    const { items } = await states.recording.history(entityOf(1), { order: '-time', limit: 1 })
    expect(items).toMatchObject([{ changes: [], followsLoss: true }])
  })
})

describe('states that differ', () => {
  it('are compared in time that goes with their size, however deep they are nested', async () => {
    const nested = (depth: number, n: number): unknown => (depth === 0 ? n : [nested(depth - 1, n)])
    const states = new States({ maxDepth: 32 })
    states.state(1, { deep: nested(30, 1), a: 1 })
    states.clock.advance(1)
    // all of it is told anew, so that the whole states are compared
    states.state(1, { deep: nested(30, 2), b: 'x'.repeat(100) })
    states.commit()
    const { changes } = await states.recording.diffStates(entityOf(1), states.at(0))
    expect(changes[0]?.path).toHaveLength(31)
  })

  it('tell a map by the places of its entries, as patches do', async () => {
    const states = new States()
    states.state(1, {
      map: new Map([
        ['k', 1],
        ['l', 2],
      ]),
    })
    states.clock.advance(1)
    states.state(1, {
      map: new Map([
        ['k', 1],
        ['l', 3],
      ]),
    })
    states.commit()
    const { changes } = await states.recording.diffStates(entityOf(1), states.at(0))
    expect(changes).toEqual([{ kind: 'set', path: ['map', 1], value: 3 }])
    expect(await states.recording.lastWrite(entityOf(1), 'map.1')).toMatchObject({ before: 2, after: 3 })
  })
})
