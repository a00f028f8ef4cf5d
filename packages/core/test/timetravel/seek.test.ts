import { MessageChannel } from 'node:worker_threads'
import { type Frame, KINDS, type SeekTarget, seq, spanIdOf, timeNs, wallAt, wallMs } from '@cinescope/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createScope, traceMessages } from '../../src/index.ts'
import { extractFilms } from '../../src/recording/copy/extract.ts'
import { openRecording, recordingOf } from '../../src/recording/open-recording.ts'
import type { OpenRecording } from '../../src/recording/recording.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import { type Cutting, PROCESS, recordInto } from '../recording/recording-fixture.ts'
import { arbitraryStream, type Expected, expectedOf, type Offered } from '../recording/stream.ts'
import { temporaryDirectory } from '../store/directory.ts'

const cutting: fc.Arbitrary<Cutting> = fc.record({
  maxRows: fc.integer({ min: 1, max: 20 }),
  maxValueBytes: fc.constantFrom(64, 100_000),
  sealRows: fc.integer({ min: 1, max: 20 }),
  maxTails: fc.integer({ min: 1, max: 4 }),
  commits: fc.array(fc.tuple(fc.nat({ max: 80 }), fc.boolean()), { maxLength: 20 }).map((list) => new Map(list)),
})

interface ModelStep {
  readonly time: number
  readonly seq: number
  readonly isEnd: boolean
  /** Seqs of the spans under way right after it, by their begin. */
  readonly open: readonly number[]
}

/** All steps of what was recorded, replayed from the beginning. */
function replay(all: readonly Expected[]): ModelStep[] {
  const steps = all.flatMap((each) => [
    { time: each.time, each, isEnd: false },
    ...(each.duration === undefined ? [] : [{ time: each.time + each.duration, each, isEnd: true }]),
  ])
  steps.sort((a, b) => {
    if (a.time !== b.time) return a.time - b.time
    if (a.isEnd !== b.isEnd) return a.isEnd ? 1 : -1
    // a hole has the seq of what it hides
    const holes = Number(a.each.kind === KINDS.gap) - Number(b.each.kind === KINDS.gap)
    return (a.isEnd ? b.each.seq - a.each.seq : a.each.seq - b.each.seq) || holes
  })
  const open = new Map<number, number>()
  return steps.map(({ time, each, isEnd }) => {
    if (isEnd) open.delete(each.seq)
    else if (each.kind === KINDS.span) open.set(each.seq, each.time)
    const list = Array.from(open).toSorted((a, b) => a[1] - b[1] || a[0] - b[0])
    return { time, seq: each.seq, isEnd, open: list.map(([seq]) => seq) }
  })
}

function shown(frame: Frame | undefined): unknown {
  if (frame === undefined) return undefined
  expect(frame.openCount).toBe(frame.open.length)
  for (const span of frame.open) expect([span.open, span.durationNs, span.result]).toEqual([true, undefined, undefined])
  const isEnd = frame.phase === 'end'
  const time = isEnd ? frame.event.atNs + (frame.event.durationNs ?? 0) : frame.event.atNs
  return { time, seq: frame.event.seq, isEnd, open: frame.open.map(({ seq }) => seq) }
}

/** Every frame from the first to the last, then back to the first. */
async function walk(recording: OpenRecording, over: SeekTarget): Promise<{ there: unknown[]; back: unknown[] }> {
  const seeker = await recording.seek(over, { limit: 1000 })
  const there: unknown[] = []
  const back: unknown[] = []
  for (let last: Frame | undefined; seeker.frame !== undefined && seeker.frame !== last; await seeker.forward()) {
    last = seeker.frame
    there.push(shown(last))
  }
  for (let last: Frame | undefined; seeker.frame !== undefined && seeker.frame !== last; await seeker.back()) {
    last = seeker.frame
    back.push(shown(last))
  }
  return { there, back }
}

/** Holes of one instant and seq stand for each other: a stream with two is not told apart. */
function isAmbiguous(all: readonly Expected[]): boolean {
  const keys = all.map(({ seq, time }) => `${seq} ${time}`)
  return new Set(keys).size < keys.length
}

describe('a frame', () => {
  it('is what a replay from zero gives, forward, back and at any instant', async () => {
    const instants = fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(arbitraryStream({ maxRecords: 60 }), cutting, instants, async (stream, how, ms) => {
        const all = expectedOf(stream)
        fc.pre(!isAmbiguous(all))
        const store = createMemoryStore(PROCESS)
        recordInto(store, stream, how)
        const recording = recordingOf(store)
        const model = replay(all)
        const { there, back } = await walk(recording, { kind: 'recording' })
        expect(there).toEqual(model)
        expect(back).toEqual(model.toReversed())
        for (const each of ms) {
          const wall = wallMs(PROCESS.anchor.wallMs + each)
          const frame = await recording.step({ from: { at: wall }, limit: 1000 })
          const isSoFar = ({ time }: ModelStep): boolean => wallAt([PROCESS.anchor], timeNs(time)) <= wall
          expect(shown(frame)).toEqual(model.findLast(isSoFar) ?? model[0])
        }
      }),
      { numRuns: 60 },
    )
  })

  it('of a film has what belongs to the film', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryStream({ maxRecords: 60 }), cutting, fc.nat(10), async (stream, how, pick) => {
        const store = createMemoryStore(PROCESS)
        recordInto(store, stream, how)
        const recording = recordingOf(store)
        const { items } = await recording.films()
        const film = items[pick % Math.max(1, items.length)]
        if (film === undefined) return
        const own = expectedOf(stream).filter(({ root }) => root !== 0 && filmSeq(film.id, stream) === root)
        const { there, back } = await walk(recording, { kind: 'film', id: film.id })
        expect(there).toEqual(replay(own))
        expect(back).toEqual(replay(own).toReversed())
      }),
      { numRuns: 60 },
    )
  })
})

describe('a seeker', () => {
  it('shows states, messages and open spans of a real recording as they were', async () => {
    using directory = temporaryDirectory()
    await using scope = await createScope({ directory: directory.path, sources: false, handleSignals: false })
    const order = { id: 1, status: 'new', note: 'a note that is long enough for a patch of it' }
    const entity = scope.entity('order', 1)
    scope.span('outer', () => {
      entity.snapshot(order)
      scope.span('inner', () => {
        order.status = 'paid'
        entity.snapshot(order)
      })
    })
    scope.entity('cart', 2).snapshot({ n: 1 })
    await scope.stop()
    await using recording = openRecording(directory.path)
    const seeker = await recording.seek()
    const seen: unknown[] = []
    for (let last: Frame | undefined; seeker.frame !== last; await seeker.forward()) {
      last = seeker.frame
      const { phase, event, open, states } = last!
      seen.push([
        phase,
        event.kind,
        open.map(({ name }) => name),
        states.map(({ state }) => (state as typeof order).status),
      ])
    }
    expect(seen).toEqual([
      ['begin', 'span', ['outer'], []],
      ['point', 'state.snapshot', ['outer'], ['new']],
      ['begin', 'span', ['outer', 'inner'], ['new']],
      ['point', 'state.patch', ['outer', 'inner'], ['paid']],
      ['end', 'span', ['outer'], ['paid']],
      ['end', 'span', [], ['paid']],
      ['point', 'state.snapshot', [], [undefined, 'paid']],
    ])
    const ofEntity = await recording.seek({ kind: 'entity', entity: entity.entity })
    expect(ofEntity.frame).toMatchObject({ event: { kind: 'state.snapshot' }, states: [{ state: { status: 'new' } }] })
    await ofEntity.forward()
    expect(ofEntity.frame).toMatchObject({
      open: [{ name: 'outer' }, { name: 'inner' }],
      states: [{ state: { status: 'paid' } }],
    })
    // beyond the last it stays
    const last = ofEntity.frame
    expect(await ofEntity.forward()).toBe(last)
    expect(await ofEntity.to('start')).toMatchObject({ states: [{ state: { status: 'new' } }] })
  })

  it('finds the states of a film in an extract of it, though other films wrote what they go on from', async () => {
    using directory = temporaryDirectory()
    await using scope = await createScope({ directory: directory.path, sources: false, handleSignals: false })
    const order = { id: 1, status: 'new', note: 'a note that is long enough for a patch of it' }
    for (const status of ['new', 'paid', 'sent', 'back']) {
      scope.span(`film ${status}`, () => {
        order.status = status
        scope.entity('order', 1).snapshot(order)
      })
    }
    const { entity } = scope.entity('order', 1)
    await scope.stop()
    const path = `${directory.path}/extract`
    await using whole = openRecording(directory.path)
    const { items } = await whole.films({ where: { name: 'film sent' } })
    await extractFilms(scope.path!, [items[0]!.id], { path })
    await using extract = openRecording(path)
    expect(await extract.stateAt(entity)).toMatchObject({ state: { status: 'sent', id: 1 }, lostChanges: 0 })
    expect(await extract.lastWrite(entity, 'status')).toMatchObject({ before: 'paid', after: 'sent' })
    const seeker = await extract.seek({ kind: 'film', id: items[0]!.id }, { from: 'end' })
    expect(seeker.frame).toMatchObject({ phase: 'end', states: [{ state: { status: 'sent' } }] })
  })

  it('shows of a film how what it is going to touch was before', async () => {
    using directory = temporaryDirectory()
    await using scope = await createScope({ directory: directory.path, sources: false, handleSignals: false })
    const write = (id: number, status: string): void => scope.entity('order', id).snapshot({ status })
    scope.span('first', () => [1, 2, 3].forEach((id) => write(id, 'new')))
    scope.span('second', () => [1, 2, 4].forEach((id) => write(id, 'paid')))
    await scope.stop()
    await using recording = openRecording(directory.path)
    const { items } = await recording.films({ where: { name: 'second' } })
    const seeker = await recording.seek({ kind: 'film', id: items[0]!.id })
    const seen: unknown[] = []
    for (let last: Frame | undefined; seeker.frame !== last; await seeker.forward()) {
      last = seeker.frame
      seen.push(last!.states.map(({ entity, state }) => `${entity.id} ${(state as { status: string }).status}`))
    }
    expect(seen).toEqual([
      ['1 new', '2 new'],
      ['1 paid', '2 new'],
      ['2 paid', '1 paid'],
      ['4 paid', '2 paid', '1 paid'],
      ['4 paid', '2 paid', '1 paid'],
    ])
  })

  it('knows which messages are under way', async () => {
    using directory = temporaryDirectory()
    await using scope = await createScope({ directory: directory.path, sources: false, handleSignals: false })
    const { port1, port2 } = new MessageChannel()
    const [from, to] = [traceMessages(scope, port1), traceMessages(scope, port2)]
    const received = new Promise<void>((resolve) => to.once('message', () => resolve()))
    scope.span('sender', () => from.postMessage({ hello: 1 }))
    await received
    port1.close()
    await scope.stop()
    await using recording = openRecording(directory.path)
    const seeker = await recording.seek()
    const under: number[] = []
    for (let last: Frame | undefined; seeker.frame !== last; await seeker.forward()) {
      last = seeker.frame
      under.push(last!.inFlight.length)
    }
    // begin, send, end of the sender; begin of the message, then the edge by which it is known as received
    expect(under).toEqual([0, 1, 1, 1, ...Array<number>(under.length - 4).fill(0)])
  })

  it('refuses what is no place and no number of steps', async () => {
    const recording = recordingOf(createMemoryStore(PROCESS))
    expect(await recording.step()).toBeUndefined()
    const refused = [
      { from: { cursor: 'step:x' } },
      { steps: 0.5 },
      { steps: 1e6 },
      { limit: -1 },
      { over: { kind: 'film', id: 'zz' } as const },
    ]
    for (const query of refused)
      await expect(recording.step(query)).rejects.toMatchObject({ code: /CSC_ERR_(QUERY|ID)/ })
  })
})

function filmSeq(id: string, stream: readonly Offered[]): number | undefined {
  return stream.find(({ root }) => root !== 0 && spanIdOf(PROCESS.node, { thread: 0, seq: seq(root) }) === id)?.root
}
