import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { json, Place, run } from './cli.ts'

const long = 'a text so long that a change of anything else is a patch'

/** An order that is made, paid and gone, each in a film of its own. */
async function recordOrder(place: Place): Promise<void> {
  await place.record((scope) => {
    const order = { id: 17, long, status: 'new', items: [{ sku: 'a', n: 1 }], secret: 's3cr3t' }
    const entity = scope.entity('order', 17)
    scope.span('POST /orders', () => scope.span('create', () => entity.snapshot(order)))
    scope.span('POST /orders/17/pay', () => {
      order.status = 'paid'
      order.items.push({ sku: 'b', n: 2 })
      scope.span('pay', () => entity.snapshot(order))
    })
    scope.span('touch', () => entity.snapshot(order))
    scope.span('POST /orders/17/notes', () => {
      order.items[0]!.n = 5
      entity.changed(order, [['items', 0, 'n']])
    })
    entity.died()
  })
}

describe('cinescope history', () => {
  test('tells each change, the newest first, and nothing where nothing changed', async () => {
    using place = new Place()
    await recordOrder(place)
    const { stdout, code } = await run(['history', 'order', '17', place.directory])
    const told = stdout
      .split('\n')
      .slice(1)
      .map((line) => line.slice(24))
    expect(code).toBe(0)
    expect(told.filter((line) => line !== '')).toEqual([
      'died',
      'items.0.n = 5',
      "status = 'paid'",
      "items[1]: { sku: 'b', n: 2 } new",
      expect.stringMatching(/^begins as \{ id: 17, long: .* secret: \[redacted\] \}$/),
    ])
  })

  test('of a part, and as JSON', async () => {
    using place = new Place()
    await recordOrder(place)
    const { stdout } = await run([
      'history',
      'order',
      '17',
      place.directory,
      '--of',
      'status',
      '--sort',
      'time',
      '--json',
    ])
    const answer = JSON.parse(stdout) as { entity: unknown; items: { changes: unknown }[] }
    expect(answer.entity).toMatchObject({ kind: 'order', id: '17' })
    expect(answer.items.map(({ changes }) => changes)).toEqual([
      [{ kind: 'set', path: ['status'], value: 'new' }],
      [{ kind: 'set', path: ['status'], value: 'paid' }],
    ])
  })
})

describe('a value that is long', () => {
  test('is cut by history on its line, and whole as JSON', async () => {
    using place = new Place()
    await place.record((scope) => scope.entity('order', 17).snapshot({ note: 'x'.repeat(900), total: 1 }))
    const { stdout } = await run(['history', 'order', '17', place.directory])
    const [, line = ''] = stdout.split('\n')
    expect(line).toMatch(/begins as \{ note: 'x+…, … \}$/)
    expect(line.length).toBeLessThan(250)
    expect((await run(['history', 'order', '17', place.directory, '--json'])).stdout).toContain('x'.repeat(900))
  })
})

describe('cinescope last-write', () => {
  test('names the event, the span and what was there before', async () => {
    using place = new Place()
    await recordOrder(place)
    const { stdout } = await run(['last-write', 'order', '17', 'status', place.directory])
    expect(stdout).toMatch(/^order 17 {2}status = 'paid'\nbefore: 'new'\n\n\S+ \S+ {2}by pay \(span\)/)
    expect((await run(['last-write', 'order', '17', 'id', place.directory])).stdout).toContain(
      'the first state that was recorded',
    )
    const first = await run(['last-write', 'order', '17', 'items.1.sku', place.directory])
    expect(first.stdout).toContain('nothing was there before')
  })

  test('says so where nothing wrote it, and what there is where there is no such entity', async () => {
    using place = new Place()
    await recordOrder(place)
    const none = await run(['last-write', 'order', '17', 'nothing', place.directory])
    expect([none.code, none.stderr]).toEqual([
      1,
      'cinescope: nothing was recorded that wrote nothing of order 17 [CSC_ERR_NOT_FOUND]\n',
    ])
    const other = await run(['last-write', 'order', '18', 'status', place.directory])
    expect(other.stderr).toContain('recorded are order 17. Did you mean order 17?')
  })
})

describe('a state that limits cut', () => {
  /** An order whose status does not fit. */
  async function recordLong(place: Place): Promise<void> {
    await place.record((scope) => {
      const items = Object.fromEntries(Array.from({ length: 49 }, (_, n) => [`item${n}`, 'x'.repeat(400)]))
      const [long, small] = [scope.entity('order', 1), scope.entity('order', 2)]
      const order = { ...items, status: 'new' }
      long.snapshot(order)
      order.status = 'paid'
      long.changed(order, [['status']])
      const state = { a: 1, b: 2, c: 3, d: 4 }
      small.snapshot(state)
      scope.set({ values: { maxWidth: 2 } })
      small.snapshot(state)
    })
  }

  test('is said to be cut, and what is not in it to lie beyond, perhaps', async () => {
    using place = new Place()
    await recordLong(place)
    const state = await run(['state', 'order', '1', place.directory])
    expect(state.stdout).toContain('it is cut by the limits of values')
    const history = await run(['history', 'order', '1', place.directory])
    expect(history.stderr).toContain('it is cut by the limits of values')
    const none = await run(['last-write', 'order', '1', 'status', place.directory])
    expect([none.code, none.stderr]).toEqual([
      1,
      'cinescope: nothing was recorded that wrote status of order 1: the state is cut (values.maxBytes), and status may lie beyond [CSC_ERR_NOT_FOUND]\n',
    ])
  })

  test('has no writes told of it that were only other limits', async () => {
    using place = new Place()
    await recordLong(place)
    const { stdout } = await run(['history', 'order', '2', place.directory])
    expect(stdout).toContain('told anew, nothing changed')
    expect(stdout).not.toContain('is gone')
    const write = await run(['last-write', 'order', '2', 'd', place.directory])
    expect(write.stdout).toContain('the first state that was recorded')
    expect(write.stdout).toContain('a limit of values (values.*) cut the state there')
  })
})

describe('cinescope state', () => {
  test('tells that the entity has died, and with --since what differs', async () => {
    using place = new Place()
    await recordOrder(place)
    const { stdout } = await run(['state', 'order', '17', place.directory])
    expect(stdout).toContain('it had died by then; this is its last state')
    const since = await run(['state', 'order', '17', '--since', '2020-01-01', place.directory])
    expect(since.stdout).toContain('when it had none')
  })
})

describe('an entity that is looked for', () => {
  const commands = (...path: string[]): string[][] => [
    ['state', 'order', '17', ...path],
    ['history', 'order', '17', ...path],
    ['last-write', 'order', '17', 'status', ...path],
    ['seek', ...path, '--entity', 'order/17', '--once'],
  ]

  test('and is in an older recording of the directory is told with the path of that', async () => {
    using place = new Place()
    await recordOrder(place)
    const [older = ''] = readdirSync(place.directory)
    await place.record((scope) => scope.entity('cart', 1).snapshot({ total: 1 }))
    for (const command of commands(place.directory)) {
      const { code, stderr } = await run(command)
      expect([code, stderr]).toEqual([
        1,
        expect.stringContaining(`; in ${join(place.directory, older)} there is one: give that path`),
      ])
    }
    expect((await run(['state', 'order', '18', place.directory])).stderr).toContain('recorded are cart 1.')
  })

  test('and is of one process of a merged file alone is taken; of several, each is named', async () => {
    using place = new Place()
    using target = new Place()
    await recordOrder(place)
    await place.record((scope) => scope.entity('cart', 1).snapshot({ total: 1 }), { service: 'mail' })
    const out = join(target.directory, 'all.cine')
    await json('merge', place.directory, '--out', out)
    for (const command of commands(out)) expect(await run(command)).toMatchObject({ code: 0 })
    expect((await run(['state', 'cart', '1', out])).stdout).toContain('{ total: 1 }')
    await place.record((scope) => scope.entity('cart', 1).snapshot({ total: 2 }), { service: 'post' })
    await json('merge', place.directory, '--out', out, '--force')
    const { code, stderr } = await run(['state', 'cart', '1', out])
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(
        /there are 2 of the name cart 1; say which: --scope \S+ \(\w+, pid \d+\), --scope \S+ \(\w+, pid \d+\)/,
      ),
    ])
    const scopes = Array.from(stderr.matchAll(/--scope (\S+)/g), ([, scope = '']) => scope)
    const states = await Promise.all(scopes.map((scope) => json('state', 'cart', '1', out, '--scope', scope)))
    expect(states.map(({ state }) => state)).toEqual(expect.arrayContaining([{ total: 1 }, { total: 2 }]))
  })
})

describe('a film that was not kept', () => {
  test('is told by what refers to it: last-write, and film by its id or first digits', async () => {
    using place = new Place()
    await place.record((scope) => scope.span('GET /', () => scope.entity('order', 17).snapshot({ status: 'new' })), {
      keep: { policy: 'tail', reservoir: 0 },
    })
    const { stdout } = await run(['last-write', 'order', '17', 'status', place.directory])
    const [, film = ''] = /in film (\w{16}), which was not kept \(keep, sample or retention\)\n/.exec(stdout) ?? []
    expect(stdout).not.toContain('outside any span')
    for (const id of [film, film.slice(0, 8)]) {
      const { code, stderr } = await run(['film', id, place.directory])
      expect([code, stderr]).toEqual([
        1,
        expect.stringContaining(`film ${film} was not kept (keep, sample or retention)`),
      ])
      expect(stderr).toMatch(/cinescope query \S+\.cine --film \w{16} /)
    }
    const other = await run(['film', 'ffffffffffffffff', place.directory])
    expect(other.stderr).toContain('no film ffffffffffffffff in ')
  })

  test('is not said of a state that was recorded outside of any film', async () => {
    using place = new Place()
    await place.record((scope) => scope.entity('order', 17).snapshot({ status: 'new' }))
    const { stdout } = await run(['last-write', 'order', '17', 'status', place.directory])
    expect(stdout).toContain('outside any span')
  })
})
