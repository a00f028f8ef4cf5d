import { join } from 'node:path'
import { type Anchor, KINDS, PHASE, timeNs, type WallMs, wallAt, wallMs } from '@cinescope/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Correlator } from '../../src/correlate/correlator.ts'
import { recordingOf } from '../../src/recording/open-recording.ts'
import type { OpenRecording } from '../../src/recording/recording.ts'
import type { EventStore } from '../../src/store/event-store.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import { createSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { commitOf, DEFINITIONS, PROCESS } from '../recording/recording-fixture.ts'
import { type Offered, play } from '../recording/stream.ts'
import { temporaryDirectory } from '../store/directory.ts'

const ORIGIN = PROCESS.anchor.wallMs
const ENTITY = { kind: 'actor', scope: PROCESS.node, id: '1' }

/** What happens: time passes, the wall clock is set, something is recorded, and what there is gets committed. */
type Step =
  | { readonly kind: 'pass'; readonly us: number }
  | { readonly kind: 'set'; readonly ms: number }
  | { readonly kind: 'span'; readonly us: number }
  | { readonly kind: 'snapshot' }
  | { readonly kind: 'commit'; readonly seal: boolean }

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('pass' as const), us: fc.integer({ min: 1, max: 9000 }) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('set' as const),
        ms: fc.constantFrom(-5000, -40, -3, 3, 25, 3_600_000),
      }),
    },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('span' as const), us: fc.integer({ min: 0, max: 9000 }) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('snapshot' as const) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('commit' as const), seal: fc.boolean() }) },
  ),
  { minLength: 1, maxLength: 40 },
)

/** Records it; gives the readings of the clocks, the first being the process's, up to the last that came with something recorded. */
function recordSteps(store: EventStore, list: readonly Step[]): readonly Anchor[] {
  const fold = new Correlator({ thread: 0, maxRows: 100, maxValueBytes: 100_000 })
  const anchors: Anchor[] = [PROCESS.anchor]
  let [seq, time, offset] = [0, 1000, ORIGIN as number]
  let definitions = DEFINITIONS
  let stored = 1
  const commit = (seal: boolean): void => {
    if (fold.pendingRows > 0) stored = anchors.length
    store.commit(commitOf(fold.cut(seal, 100), fold.taken, definitions))
    definitions = []
  }
  for (const step of [...list, { kind: 'commit', seal: false } as const]) {
    if (step.kind === 'pass') time += step.us * 1000
    else if (step.kind === 'set') {
      offset += step.ms
      const anchor = { atNs: timeNs(++time), wallMs: wallMs(offset + time / 1e6) }
      anchors.push(anchor)
      fold.anchor(anchor)
    } else if (step.kind === 'commit') commit(step.seal)
    else if (step.kind === 'snapshot') play([{ ...POINT, seq: ++seq, time: ++time, value: seq }], fold)
    else {
      const begin = { ...BEGIN, seq: ++seq, time: ++time, root: seq }
      time += step.us * 1000
      play(
        [begin, { ...BEGIN, seq: ++seq, time, since: begin.time, phase: PHASE.end, root: begin.seq, span: begin.seq }],
        fold,
      )
    }
  }
  return anchors.slice(0, stored)
}

const POINT: Offered = {
  seq: 0,
  kind: KINDS['state.snapshot'],
  phase: PHASE.point,
  flags: 0,
  time: 0,
  since: 0,
  number: 0,
  site: 0,
  parent: 0,
  root: 0,
  cause: 0,
  subject: 1,
  span: 0,
  value: undefined,
  isLost: false,
}
const BEGIN: Offered = { ...POINT, kind: KINDS.span, phase: PHASE.begin, subject: 0, site: 1 }

const ALL = { order: 'time', limit: 10_000 } as const

/** Events, films and states, each held against the one conversion. */
async function expectOneTime(recording: OpenRecording, anchors: readonly Anchor[]): Promise<void> {
  const events = (await recording.events(ALL)).items
  const films = (await recording.films(ALL)).items
  for (const { at, atNs } of [...events, ...films]) expect(at).toBe(wallAt(anchors, atNs))
  for (const film of films) expect(events.find(({ id }) => id === film.id)?.at).toBe(film.at)
  const times = [...new Set(events.map(({ at }) => at))]
  for (const [i, from] of times.entries()) {
    const to = times[(i * 7 + 3) % times.length]!
    for (const where of [{ from }, { to }, { from, to }, { from: to, to: from }]) {
      const isMeant = ({ at }: { at: WallMs }): boolean =>
        (where.from === undefined || at >= where.from) && (where.to === undefined || at < where.to)
      expect((await recording.events({ ...ALL, where })).items).toEqual(events.filter(isMeant))
      expect((await recording.films({ ...ALL, where })).items).toEqual(films.filter(isMeant))
      expect((await recording.films({ order: '-duration', limit: 2, where })).items).toHaveLength(
        Math.min(2, films.filter(isMeant).length),
      )
    }
    const snapshots = events.filter(({ kind }) => kind === 'state.snapshot')
    const seen = snapshots.filter(({ at, atNs }) => Math.min(at, ...shownAfter(anchors, atNs)) <= from)
    const state = await recording.stateAt(ENTITY, from)
    expect(state?.event.seq).toBe(seen.at(-1)?.seq)
  }
}

/** What the wall clock showed at each reading after an instant. */
function shownAfter(anchors: readonly Anchor[], at: number): number[] {
  return anchors.filter(({ atNs }) => atNs > at).map((anchor) => anchor.wallMs)
}

describe('the wall time of a recording whose wall clock was set', () => {
  it('is the same for events, films, filters and states, wherever segments begin', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (list) => {
        const store = createMemoryStore(PROCESS)
        const anchors = recordSteps(store, list)
        await expectOneTime(recordingOf(store), anchors)
      }),
      { numRuns: 100 },
    )
  })

  it('is the same in a file, while it is written', async () => {
    using directory = temporaryDirectory()
    let files = 0
    await fc.assert(
      fc.asyncProperty(steps, async (list) => {
        const store = createSqliteStore(join(directory.path, `${files++}.cine`), PROCESS)
        const anchors = recordSteps(store, list)
        await expectOneTime(recordingOf(store), anchors)
        store.close()
      }),
      { numRuns: 15 },
    )
  })

  it('does not change when later segments tell of later steps, or when old ones go', async () => {
    const store = createMemoryStore(PROCESS)
    const part: Step[] = [
      { kind: 'set', ms: -5000 },
      { kind: 'span', us: 100 },
      { kind: 'commit', seal: true },
    ]
    recordSteps(store, [...part, ...part, ...part])
    const recording = recordingOf(store)
    const before = (await recording.events(ALL)).items
    expect(before.map(({ at }) => Math.round((at - ORIGIN) / 1000))).toEqual([-5, -10, -15])
    store.prune({ maxBytes: store.bytes() - 1 })
    expect((await recording.events(ALL)).items).toEqual(before.slice(1))
    expect((await recording.films(ALL)).items.map(({ at }) => at)).toEqual(before.slice(1).map(({ at }) => at))
  })
})
