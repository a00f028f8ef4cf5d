import { KINDS } from '@cinescope/protocol'
import { describe, expect, it } from 'vitest'
import { entityOf, States } from '../timetravel/states-fixture.ts'

describe('bad luck with states', () => {
  it('an entity that changes 200,000 times has its state at once, and the bytes of its changes only', async () => {
    const states = new States()
    const state: Record<string, unknown> = { n: 0, note: 'what does not change takes no room'.repeat(20) }
    for (let n = 1; n <= 200_000; n++) {
      state['n'] = n
      states.states.changed({ entity: states.number(1), parent: 0, root: 0, flags: 0 }, state, [['n']])
      if (n % 10_000 === 0) {
        states.clock.advance(1)
        states.commit()
      }
    }
    states.commit(true)
    expect(states.ring.refused + states.ring.valuesLost).toBe(0)
    expect(await states.recording.stateAt(entityOf(1))).toMatchObject({ state: { n: 200_000 }, lostChanges: 0 })
    const page = await states.recording.history(entityOf(1), { order: '-time', limit: 1 })
    expect(page.explain.segmentsRead).toBeLessThan(5)
    // 200,000 whole states of 700 bytes would be 140 MB
    expect(states.store.bytes()).toBeLessThan(12_000_000)
  })

  it('a state of 50 MB that changes one byte at a time costs what is recorded of it', async () => {
    const states = new States()
    const lines = Array.from({ length: 50 }, (_, i) => String(i).padEnd(1_000_000, 'x'))
    states.state(1, { lines })
    for (let i = 0; i < 40; i++) {
      lines[i] = `${lines[i]!.slice(0, 500)}!${lines[i]!.slice(501)}`
      states.state(1, { lines })
      // beyond what is recorded of a string: no change that anyone could see
      lines[i] = `${lines[i]!.slice(0, 900_000)}!${lines[i]!.slice(900_001)}`
      states.state(1, { lines })
    }
    states.commit(true)
    const { items } = await states.recording.events({ limit: 1000 })
    // what fits into one value is eight strings and a part
    expect(items.length).toBeLessThan(12)
    const found = await states.recording.stateAt(entityOf(1))
    expect(found?.state).toEqual(states.shown({ lines }))
    expect(states.store.bytes()).toBeLessThan(200_000)
  })

  it('keys by the million, chosen by a peer, neither grow the table nor break what is told', async () => {
    const states = new States({ ring: { records: 262_144, arenaBytes: 134_217_728 } })
    const session: Record<string, number> = {}
    let last: unknown
    for (let round = 0; round < 20_000; round++) {
      for (const key of Object.keys(session)) delete session[key]
      for (let i = 0; i < 20; i++) session[`k${(round * 20 + i).toString(36)}`] = i
      states.state(1, { session, fixed: 'a member that stays as it is' })
      last = { session: { ...session }, fixed: 'a member that stays as it is' }
      if (round % 1000 === 0) states.commit()
    }
    states.commit(true)
    expect(states.keys()).toBeLessThanOrEqual(1000)
    expect((await states.recording.stateAt(entityOf(1)))?.state).toEqual(states.shown(last))
    const write = await states.recording.lastWrite(entityOf(1), 'fixed')
    expect(write).toMatchObject({ isFirst: true, after: 'a member that stays as it is' })
  })

  it('entities by the hundred thousand are compared as far as memory goes, and right all the same', async () => {
    const states = new States({ ring: { records: 262_144, arenaBytes: 134_217_728 } })
    const state = (id: number, n: number): object => ({ id, n, note: 'a text that is long enough for a patch of it' })
    const count = 60_000
    for (const n of [1, 2]) {
      for (let id = 0; id < count; id++) {
        states.state(id, state(id, n))
        if (id % 10_000 === 9999) states.commit()
      }
    }
    states.commit(true)
    expect(states.ring.refused + states.ring.valuesLost).toBe(0)
    for (const id of [0, 1, 31_234, count - 1])
      expect(await states.recording.stateAt(entityOf(id))).toMatchObject({ state: { id, n: 2 }, lostChanges: 0 })
    expect(states.states.keptBytes).toBeLessThanOrEqual(4_194_304)
  })

  it('a wall clock that is set by hours leaves each state where it was told', async () => {
    const states = new States()
    const told: { readonly wall: number; readonly n: number }[] = []
    for (const step of [0, 3_600_000, -7_200_000, 86_400_000, -86_400_000]) {
      states.clock.stepWall(step)
      states.clock.advance(1500)
      states.drain()
      states.state(1, { n: told.length, note: 'a text that is long enough for a patch of it' })
      told.push({ wall: states.clock.wall(), n: told.length })
      states.clock.advance(1500)
      states.commit(true)
    }
    const { items } = await states.recording.history(entityOf(1), { path: 'n' })
    expect(items.map(({ changes }) => changes.at(-1))).toMatchObject(told.map(({ n }) => ({ value: n })))
    const frames: unknown[] = []
    const seeker = await states.recording.seek({ kind: 'entity', entity: entityOf(1) })
    for (let i = 0; i < told.length; i++) {
      frames.push(seeker.frame?.states[0]?.state)
      await seeker.forward()
    }
    expect(frames).toMatchObject(told.map(({ n }) => ({ n })))
  })

  it('a span that never ends is under way in every frame behind it, and stays so while others come and go', async () => {
    const states = new States({ maxRows: 20 })
    const { recorder } = states
    const root = recorder.begin(KINDS.request, 0, 0, 0)
    for (let i = 0; i < 500; i++) {
      states.clock.advance(1)
      const seq = recorder.begin(KINDS.handler, 0, root, root)
      states.clock.advance(1)
      recorder.end(KINDS.handler, 0, seq, root, root, recorder.lastNs - 1e6)
    }
    states.commit()
    for (const ms of [0, 1, 500, 999])
      expect((await states.recording.step({ from: { at: states.at(ms) } }))?.open[0]).toMatchObject({ kind: 'request' })
    const last = await states.recording.step({ from: 'end' })
    expect(last).toMatchObject({ openCount: 1, phase: 'end' })
  })
})
