import { join } from 'node:path'
import { nodeId } from '@cinescope/protocol'
import { describe, expect, it } from 'vitest'
import { openRecording } from '../../src/recording/open-recording.ts'
import { createSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { PROCESS } from '../recording/recording-fixture.ts'
import { temporaryDirectory } from '../store/directory.ts'
import { entityOf, States } from './states-fixture.ts'

const cart = (n: number, by: string): object => ({ n, by, note: 'a text that is long enough for a patch of it' })

/** Two processes that record one entity in turn, as those that write one row of a database do. */
function record(directory: string): void {
  const parts = ['0123456789ab', '0123456789ac'].map((node, i) => {
    const path = join(directory, `${i}.cine`)
    return new States({ store: createSqliteStore(path, { ...PROCESS, node: nodeId(node) }) })
  })
  for (let n = 0; n < 20; n++) {
    for (const [i, states] of parts.entries()) {
      states.clock.advance(1)
      if (n % 2 === i) states.state(1, cart(n, `process ${i}`))
      if (n === 5 && i === 1) states.state(2, cart(n, 'only one'))
    }
  }
  for (const states of parts) {
    states.commit(true)
    states.store.finish()
  }
}

describe('states of an entity that several processes record', () => {
  it('are told by the one that recorded it last, and in one history', async () => {
    using directory = temporaryDirectory()
    record(directory.path)
    await using recording = openRecording(directory.path)
    const at = (ms: number) => new States().at(ms)
    expect(await recording.stateAt(entityOf(1))).toMatchObject({ state: cart(19, 'process 1') })
    expect(await recording.stateAt(entityOf(1), at(11))).toMatchObject({ state: cart(10, 'process 0') })
    expect(await recording.stateAt(entityOf(2))).toMatchObject({ state: cart(5, 'only one') })
    expect(await recording.lastWrite(entityOf(1), 'n', at(15))).toMatchObject({ after: 14 })
    const { changes } = await recording.diffStates(entityOf(1), at(5), at(8))
    expect(changes).toMatchObject([
      { path: ['n'], value: 7 },
      { path: ['by'], value: 'process 1' },
    ])
    for (const order of ['time', '-time'] as const) {
      const seen: unknown[] = []
      for (let cursor: string | undefined, isFirst = true; isFirst || cursor !== undefined; isFirst = false) {
        const page = await recording.history(entityOf(1), {
          order,
          limit: 6,
          ...(cursor === undefined ? {} : { cursor }),
        })
        seen.push(...page.items.map(({ event }) => event.at))
        cursor = page.cursor
      }
      expect(seen).toHaveLength(20)
      expect(seen).toEqual((seen as number[]).toSorted((a, b) => (order === 'time' ? a - b : b - a)))
    }
    await expect(recording.stateAt({ ...entityOf(3) })).rejects.toMatchObject({ code: 'CSC_ERR_NOT_FOUND' })
    await expect(recording.step()).rejects.toMatchObject({ code: 'CSC_ERR_QUERY' })
    expect(await recording.step({ over: { kind: 'entity', entity: entityOf(2) } })).toMatchObject({ phase: 'point' })
  })
})
