import { KINDS, PHASE, wallMs } from '@cinescope/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { recordingOf } from '../../src/recording/open-recording.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import { DEFINITIONS, PROCESS, recordInto } from '../recording/recording-fixture.ts'
import { ENTITIES, type Offered } from '../recording/stream.ts'

const entityOf = (number: number) => ({ kind: 'actor', scope: PROCESS.node, id: `${number}` })

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
      return {
        seq: i + 1,
        kind,
        phase: PHASE.point,
        flags: 0,
        time: ms * 1e6,
        since: 0,
        number: 0,
        site: 0,
        parent: 0,
        root: 0,
        cause: 0,
        subject: each.subject,
        span: 0,
        value: i,
        isLost: each.isLost,
      }
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

  it('is not found for an entity that never was', async () => {
    const store = createMemoryStore(PROCESS)
    store.commit({
      sealed: [],
      tail: undefined,
      replacesTailsOf: undefined,
      films: [],
      definitions: DEFINITIONS,
      taken: new Float64Array(64),
      lost: [],
      counters: {},
    })
    await expect(recordingOf(store).stateAt(entityOf(99))).rejects.toMatchObject({ code: 'CSC_ERR_NOT_FOUND' })
    expect(await recordingOf(store).stateAt(entityOf(1))).toBeUndefined()
  })
})

/** The latest; of snapshots at one instant, the one recorded last. */
function lastOf(stream: readonly Offered[]): Offered {
  return stream.reduce((last, each) => (each.time >= last.time ? each : last))
}
