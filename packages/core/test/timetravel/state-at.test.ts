import { join } from 'node:path'
import { KINDS, PHASE, wallMs } from '@cinescope/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openRecording, recordingOf } from '../../src/recording/open-recording.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import { createSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { temporaryDirectory } from '../store/directory.ts'
import { DEFINITIONS, PROCESS, recordInto, UNCUT } from '../recording/recording-fixture.ts'
import { ENTITIES, type Offered } from '../recording/stream.ts'

const entityOf = (number: number) => ({ kind: 'actor', scope: PROCESS.node, id: `${number}` })

const NOTHING = {
  sealed: [],
  tail: undefined,
  replacesTailsOf: undefined,
  films: [],
  definitions: [],
  taken: new Float64Array(64),
  lost: [],
  counters: {},
}

/** Numbers of the lives of entity 1, and their definitions beyond those of every recording. */
const LIVES: readonly number[] = [1, ENTITIES + 1, ENTITIES + 2, ENTITIES + 3]
const REBIRTHS = LIVES.map((number) => ({ kind: 'entity' as const, number, entity: entityOf(1) }))

const SILENT: Offered = {
  seq: 0,
  kind: KINDS.log,
  phase: PHASE.point,
  flags: 0,
  time: 0,
  since: 0,
  number: 0,
  site: 0,
  parent: 0,
  root: 0,
  cause: 0,
  subject: 0,
  span: 0,
  value: undefined,
  isLost: false,
}

/** Snapshots of several entities among other records, some of them lost. */
const history = fc
  .array(
    fc.record({
      subject: fc.constantFrom(0, 1, 1, 2),
      elapsed: fc.constantFrom(0, 0, 0, 1, 4),
      isSnapshot: fc.boolean(),
      isLost: fc.nat({ max: 9 }).map((n) => n === 0),
    }),
    { maxLength: 60 },
  )
  .map((list) => {
    let ms = 0
    return list.map((each, i): Offered => {
      ms += each.elapsed
      const kind = each.isSnapshot ? KINDS['state.snapshot'] : KINDS.log
      return { ...SILENT, seq: i + 1, kind, time: ms * 1e6, subject: each.subject, value: i, isLost: each.isLost }
    })
  })

const cutting = fc.record({
  maxRows: fc.integer({ min: 1, max: 20 }),
  maxValueBytes: fc.constant(100_000),
  sealRows: fc.integer({ min: 1, max: 20 }),
  commits: fc.array(fc.tuple(fc.nat({ max: 60 }), fc.boolean()), { maxLength: 10 }).map((list) => new Map(list)),
})

describe('the state of an entity at an instant', () => {
  it('is its last snapshot at or before that instant, as a replay from the beginning gives it', async () => {
    const instant = fc.option(fc.integer({ min: -2, max: 60 }), { nil: undefined })
    await fc.assert(
      fc.asyncProperty(
        history,
        cutting,
        fc.constantFrom(1, 2, ENTITIES),
        fc.array(instant, { minLength: 1, maxLength: 6 }),
        async (stream, how, subject, instants) => {
          const store = createMemoryStore(PROCESS)
          recordInto(store, stream, how)
          const recording = recordingOf(store)
          for (const ms of instants) {
            const seen = stream.filter(
              (each) =>
                each.subject === subject &&
                each.kind === KINDS['state.snapshot'] &&
                !each.isLost &&
                each.time <= (ms ?? Infinity) * 1e6,
            )
            const at = ms === undefined ? undefined : wallMs(PROCESS.anchor.wallMs + ms)
            const state = await recording.stateAt(entityOf(subject), at)
            if (seen.length === 0) expect(state).toBeUndefined()
            else
              expect({ ...(state?.state as object), time: state?.event.atNs }).toEqual({
                n: lastOf(seen).value,
                time: lastOf(seen).time,
              })
          }
        },
      ),
      { numRuns: 200 },
    )
  })

  it('is found in each of its lives, also when it has died and come back', async () => {
    await fc.assert(
      fc.asyncProperty(
        history,
        cutting,
        fc.array(fc.nat({ max: 60 }), { maxLength: 3 }),
        async (stream, how, deaths) => {
          const store = createMemoryStore(PROCESS)
          store.commit({ ...NOTHING, definitions: REBIRTHS })
          const lived = withDeaths(stream, new Set(deaths))
          recordInto(store, lived, how)
          const recording = recordingOf(store)
          for (let ms = -1; ms < 62; ms += 3) {
            const until = lived.filter((each) => !each.isLost && each.time <= ms * 1e6 && LIVES.includes(each.subject))
            const life = Math.max(...until.map(({ subject }) => subject))
            const seen = until.filter((each) => each.subject === life && each.kind === KINDS['state.snapshot'])
            const state = await recording.stateAt(entityOf(1), wallMs(PROCESS.anchor.wallMs + ms))
            if (seen.length === 0) expect(state).toBeUndefined()
            else expect({ ...(state?.state as object) }).toEqual({ n: lastOf(seen).value })
          }
        },
      ),
      { numRuns: 100 },
    )
  })

  it('is that of its life: one that has just come back has none before its first snapshot', async () => {
    using directory = temporaryDirectory()
    const path = join(directory.path, 'x.cine')
    const store = createSqliteStore(path, PROCESS)
    store.commit({ ...NOTHING, definitions: REBIRTHS })
    const at = (ms: number, kind: number, subject: number, value?: number): Offered => ({
      ...SILENT,
      seq: ms,
      time: ms * 1e6,
      kind,
      subject,
      value,
    })
    const [first, second] = LIVES as [number, number]
    const stream = [
      at(1, KINDS['state.snapshot'], first, 100),
      at(2, KINDS['state.snapshot'], first, 200),
      at(3, KINDS['entity.died'], first),
      at(4, KINDS['entity.born'], second),
      at(5, KINDS['state.snapshot'], second, 500),
    ]
    recordInto(store, stream, { ...UNCUT, commits: new Map([[1, true]]) })
    store.finish()
    await using recording = openRecording(path)
    const stateAt = async (ms: number): Promise<unknown> => {
      const found = await recording.stateAt(entityOf(1), wallMs(PROCESS.anchor.wallMs + ms))
      return (found?.state as { n: number } | undefined)?.n
    }
    const states = await Promise.all([0, 1, 2, 3, 4, 5, 6].map(stateAt))
    expect(states).toEqual([undefined, 100, 200, 200, undefined, 500, 500])
  })

  it('is not found for an entity that never was', async () => {
    const store = createMemoryStore(PROCESS)
    store.commit({ ...NOTHING, definitions: DEFINITIONS })
    await expect(recordingOf(store).stateAt(entityOf(99))).rejects.toMatchObject({ code: 'CSC_ERR_NOT_FOUND' })
    expect(await recordingOf(store).stateAt(entityOf(1))).toBeUndefined()
  })
})

/** The same with entity 1 ending a life at each of these records, and going on under the number of the next. */
function withDeaths(stream: readonly Offered[], deaths: ReadonlySet<number>): Offered[] {
  let life = 0
  return stream.map((each, i) => {
    if (each.subject !== 1) return each
    const subject = LIVES[life]!
    if (!deaths.has(i)) return { ...each, subject }
    life++
    return { ...each, kind: KINDS['entity.died'], subject }
  })
}

/** The latest; of snapshots at one instant, the one recorded last. */
function lastOf(stream: readonly Offered[]): Offered {
  return stream.reduce((last, each) => (each.time >= last.time ? each : last))
}
