import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { entityOf, States } from './states-fixture.ts'

/** Members `k0` to `k<count - 1>`, each its own number. */
function keys(count: number): Record<string, unknown> {
  return Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, n]))
}

async function told(states: States, id = 1) {
  states.commit()
  const { items } = await states.recording.history(entityOf(id))
  return items.map(({ changes }) => changes)
}

describe('a state that has not changed', () => {
  it('has no writes told of it where limits have become narrower, or wider', async () => {
    const states = new States()
    const state = { ...keys(6), deep: { in: { it: { n: 1 } } }, text: 'x'.repeat(200), list: [1, 2, 3, 4, 5] }
    states.state(1, state)
    states.limit({ maxDepth: 2, maxWidth: 3, maxStringLength: 10 })
    states.state(1, state)
    states.limit({ maxDepth: 6, maxWidth: 50, maxStringLength: 1024 })
    states.state(1, state)
    expect((await told(states)).slice(1)).toEqual([[], []])
    for (const path of ['k4', 'k0', 'deep.in.it.n', 'text', 'list.4'])
      expect(await states.recording.lastWrite(entityOf(1), path)).toMatchObject({ isFirst: true })
  })

  it('has none told whatever the limits become between two of its records', async () => {
    const limits = fc.record({
      maxDepth: fc.integer({ min: 1, max: 6 }),
      maxWidth: fc.integer({ min: 1, max: 12 }),
      maxStringLength: fc.integer({ min: 1, max: 60 }),
      maxBytes: fc.integer({ min: 64, max: 1000 }),
    })
    const key = fc.constantFrom(...Array.from({ length: 16 }, (_, n) => `key${'abcdefghijklmnop'[n]}`))
    const { tie } = fc.letrec((again) => ({
      tie: fc.oneof(
        { depthSize: 'small' },
        fc.integer(),
        fc.string({ maxLength: 80, unit: fc.constantFrom('a', 'b', ' ', 'é') }),
        fc.boolean(),
        fc.array(again('tie'), { maxLength: 8 }),
        fc.array(again('tie'), { maxLength: 8 }).map((items) => new Set(items)),
        fc.array(again('tie'), { maxLength: 8 }).map((items) => new Map(items.map((item, n) => [`e${n}`, item]))),
        fc.uint8Array({ maxLength: 60 }),
        fc
          .array(again('tie'), { maxLength: 8 })
          .map((items) => Object.fromEntries(items.map((item, n) => [`i${n}`, { item }]))),
        fc.dictionary(key, again('tie'), { maxKeys: 10 }),
      ),
    }))
    const state = fc.dictionary(key, tie, { maxKeys: 16 })
    const step = fc.tuple(limits, fc.boolean(), fc.option(fc.string({ maxLength: 300 })), fc.boolean())
    await fc.assert(
      fc.asyncProperty(state, fc.array(step, { maxLength: 8 }), async (rest, steps) => {
        const states = new States()
        const value: Record<string, unknown> = { text: '', ...rest }
        states.state(1, value)
        for (const [limit, isChanged, text, isReported] of steps) {
          if (isChanged) states.limit(limit)
          // it takes the room of what follows it
          if (text !== null) value['text'] = text
          if (isReported) states.changed(1, value, ['text'])
          else states.state(1, value)
        }
        const [, ...changes] = await told(states)
        expect(changes.flat().filter(({ path }) => path[0] !== 'text')).toEqual([])
      }),
      { numRuns: 300 },
    )
  })

  it('is not recorded again where other limits leave it as it was', async () => {
    const states = new States()
    states.state(1, keys(4))
    states.limit({ maxWidth: 40 })
    states.state(1, keys(4))
    expect(await told(states)).toHaveLength(1)
  })
})

describe('a change beside a change of limits', () => {
  it('is recorded with the whole state, though a patch would do, and though it is reported', async () => {
    for (const isReported of [false, true]) {
      const states = new States()
      const state = { ...keys(9), n: 0 }
      for (let n = 0; n < 4; n++) {
        if (n === 2) states.limit({ maxWidth: 40 })
        if (isReported) states.changed(1, { ...state, n }, ['n'])
        else states.state(1, { ...state, n })
      }
      states.commit()
      const { items } = await states.recording.events()
      expect(items.map(({ kind }) => kind)).toEqual(['state.snapshot', 'state.patch', 'state.snapshot', 'state.patch'])
      const set = (value: number) => [{ kind: 'set', path: ['n'], value }]
      expect((await told(states)).slice(1)).toEqual([set(1), set(2), set(3)])
    }
  })

  it('is told, and is all that is', async () => {
    const states = new States()
    states.state(1, keys(20))
    states.limit({ maxWidth: 10 })
    states.state(1, { ...keys(20), k2: 'new' })
    states.limit({ maxWidth: 30 })
    states.state(1, { ...keys(20), k2: 'newer' })
    expect((await told(states)).slice(1)).toEqual([
      [{ kind: 'set', path: ['k2'], value: 'new' }],
      [{ kind: 'set', path: ['k2'], value: 'newer' }],
    ])
    expect(await states.recording.lastWrite(entityOf(1), 'k2')).toMatchObject({ after: 'newer', isCertain: true })
  })

  it('is told by what it says when it is reported', async () => {
    const states = new States()
    const state = { a: { b: { c: 1 } }, text: 'x'.repeat(300) }
    states.state(1, state)
    states.limit({ maxStringLength: 100, maxDepth: 2 })
    state.a.b.c = 2
    states.changed(1, state, ['a', 'b', 'c'])
    expect((await told(states)).slice(1)).toEqual([[]])
    expect(await states.recording.lastWrite(entityOf(1), 'a.b.c')).toMatchObject({ isCut: true, isCertain: false })
    expect(await states.recording.lastWrite(entityOf(1), 'text')).toMatchObject({ isFirst: true, isCut: true })
  })
})

describe('a member that a limit leaves out', () => {
  it('is not told as gone, nor as new when it is back', async () => {
    const states = new States()
    states.state(1, { a: 1, k4: 4 })
    // the members before it push it out
    states.state(1, { ...keys(3), ...Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`x${n}`, n])), k4: 5 })
    states.commit()
    const hidden = await states.recording.lastWrite(entityOf(1), 'k4')
    expect(hidden).toMatchObject({ isFirst: true, after: 4, isCut: true, isCertain: false })
    states.state(1, { a: 1, k4: 6 })
    const items = (await told(states)).flat().filter(({ path }) => path[0] === 'k4')
    expect(items).toEqual([])
    const back = await states.recording.lastWrite(entityOf(1), 'k4')
    expect(back).toMatchObject({ isFirst: true, after: 4, isCut: true, isCertain: false })
  })

  it('is not told as gone by a patch, in a list or an object within', async () => {
    for (const wide of [
      (n: number) => ({ holder: keys(n) }),
      (n: number) => ({ holder: Array.from({ length: n }, (_, i) => i) }),
      (n: number) => ({ holder: new Map(Object.entries(keys(n))) }),
      (n: number) => ({ holder: new Set(Object.values(keys(n))) }),
    ]) {
      // the text leaves less and less room for what follows it
      const states = new States({ maxBytes: 400 })
      const [small, large] = ['x'.repeat(50), 'x'.repeat(150)]
      const rest = Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`r${n}`, n]))
      states.state(1, { ...rest, text: small, ...wide(40) })
      states.state(1, { ...rest, text: large, ...wide(40) })
      states.state(1, { ...rest, text: small, ...wide(40) })
      const changes = (await told(states)).slice(1).flat()
      expect(changes.map(({ path }) => path)).toEqual([['text'], ['text']])
      expect(await states.recording.lastWrite(entityOf(1), 'holder')).toMatchObject({ isFirst: true })
    }
  })

  it('is not told as new by what is whole again', async () => {
    const states = new States({ maxBytes: 600, maxWidth: 100 })
    const of = (length: number) => ({
      ...Object.fromEntries(Array.from({ length: 80 }, (_, n) => [`r${n}`, n])),
      text: 'x'.repeat(length),
      list: Array.from({ length: 20 }, (_, n) => n),
    })
    states.state(1, of(10))
    for (let length = 280; length < 320; length++) {
      states.state(1, of(length))
      states.state(1, of(10))
    }
    const items = (await told(states)).slice(1).flat()
    expect(new Set(items.map(({ path }) => path.join('.')))).toEqual(new Set(['text']))
    expect((await states.recording.stateAt(entityOf(1)))?.isCut).toBe(false)
    const { items: all } = await states.recording.history(entityOf(1))
    expect(new Set(all.map(({ isCut }) => isCut))).toEqual(new Set([true, false]))
  })

  it('is left out by a state that grew by what was reported', async () => {
    const states = new States({ maxBytes: 400 })
    const rest = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`r${n}`, n]))
    for (let n = 0; n < 15; n++)
      states.changed(1, { text: `${n % 10}`.repeat(n === 0 ? 4 : 300), ...rest, status: 'new' }, ['text'])
    states.commit()
    expect(await states.recording.stateAt(entityOf(1))).toMatchObject({ isCut: true })
    const write = await states.recording.lastWrite(entityOf(1), 'status')
    expect(write).toMatchObject({ isFirst: true, after: 'new', isCut: true, isCertain: false })
  })

  it('is left out where it is reported to be deeper than a limit', async () => {
    const states = new States({ maxDepth: 2 })
    states.state(1, { ...keys(9), a: { b: 1 } })
    const state = { ...keys(9), a: { b: { c: 1 } } }
    states.changed(1, state, ['a', 'b', 'c'])
    states.commit()
    expect((await states.recording.stateAt(entityOf(1)))?.state).toEqual(states.shown(state))
  })

  it('leaves other members as certain as they were', async () => {
    const states = new States()
    states.state(1, keys(60))
    states.state(1, { ...keys(60), k3: 'new' })
    states.commit()
    expect(await states.recording.lastWrite(entityOf(1), 'k3')).toMatchObject({
      before: 3,
      after: 'new',
      isCut: false,
      isCertain: true,
    })
  })

  it('is said to be left out by whatever tells the state', async () => {
    const states = new States({ maxBytes: 200 })
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`m${n}`, `item ${n}`]))
    const state = { ...many, status: 'open' }
    states.state(2, { n: 1 })
    states.state(1, state)
    state.status = 'paid'
    states.changed(1, state, ['status'])
    states.commit()
    const { recording } = states
    expect(await recording.stateAt(entityOf(1))).toMatchObject({ isCut: true })
    expect(await recording.stateAt(entityOf(2))).toMatchObject({ isCut: false })
    expect((await recording.history(entityOf(1))).items).toMatchObject([{ isCut: true }])
    expect((await recording.history(entityOf(2))).items).toMatchObject([{ isCut: false }])
    expect(await recording.lastWrite(entityOf(1), 'status')).toBeUndefined()
  })

  it('still says that there is more, or less, of it', async () => {
    const states = new States()
    const list = Array.from({ length: 60 }, (_, n) => n)
    states.state(1, { list, long: 'x'.repeat(300) })
    states.state(1, { list: [...list, 60], long: 'x'.repeat(300) })
    expect((await told(states)).slice(1)).toMatchObject([[{ kind: 'set', path: ['list', 50] }]])
  })
})
