import type { CinescopeEvent } from '@cinescope/core'
import { type DurationNs, durationNs, type SpanId, timeNs, wallMs } from '@cinescope/protocol'
import { expect, test } from 'vitest'
import { type Assembled, Assembler, MAX_PENDING, MAX_POINTS } from '../../src/export/assembler.ts'

const id = (number: number): SpanId => number.toString(16).padStart(16, '0') as SpanId

function eventAt(seq: number, atNs: number, more: Partial<CinescopeEvent> = {}): CinescopeEvent {
  return {
    id: id(seq),
    kind: 'span',
    name: 'span',
    site: undefined,
    thread: 0,
    seq,
    atNs: timeNs(atNs),
    at: wallMs(atNs / 1e6),
    durationNs: undefined,
    open: false,
    error: false,
    aborted: false,
    synthetic: false,
    parent: undefined,
    parentCertainty: 'known',
    film: undefined,
    cause: undefined,
    subject: undefined,
    number: 0,
    value: undefined,
    result: undefined,
    ...more,
  }
}

const span = (seq: number, atNs: number, ns: DurationNs): CinescopeEvent => eventAt(seq, atNs, { durationNs: ns })
const point = (seq: number, atNs: number, parent: number): CinescopeEvent =>
  eventAt(seq, atNs, { kind: 'log', parent: id(parent) })
const seqs = (assembled: Iterable<Assembled>): readonly (readonly number[])[] =>
  Array.from(assembled, ({ event, points }) => [event.seq, ...points.map(({ seq }) => seq)])

test('a span has the points that came until shortly after its end; later ones are alone', () => {
  const assembler = new Assembler()
  expect(seqs(assembler.add(span(1, 0, durationNs(10)), true))).toEqual([])
  expect(seqs(assembler.add(point(2, 5, 1), false))).toEqual([])
  expect(seqs(assembler.add(point(3, 11, 1), false))).toEqual([])
  expect(seqs(assembler.add(point(4, 60e6, 1), false))).toEqual([[1, 2, 3], [4]])
  expect(seqs(assembler.end())).toEqual([])
})

test('a span that never ends waits until the end, and a full one hands points on', () => {
  const assembler = new Assembler()
  expect(seqs(assembler.add(eventAt(1, 0, { open: true }), true))).toEqual([])
  for (let i = 0; i < MAX_POINTS; i++) expect(seqs(assembler.add(point(i + 2, 1e9 + i, 1), false))).toEqual([])
  expect(seqs(assembler.add(point(5000, 2e9, 1), false))).toEqual([[5000]])
  const [rest] = seqs(assembler.end())
  expect(rest).toHaveLength(1 + MAX_POINTS)
})

test('no more spans wait than there is room for, and each is handed over once', () => {
  const assembler = new Assembler()
  const given: number[] = []
  for (let i = 1; i <= MAX_PENDING + 50; i++) {
    for (const { event } of assembler.add(span(i, i, durationNs(1e12 - i)), true)) given.push(event.seq)
    expect(assembler.waiting).toBeLessThanOrEqual(MAX_PENDING)
  }
  expect(given).toHaveLength(50)
  for (const { event } of assembler.end()) given.push(event.seq)
  expect(new Set(given).size).toBe(MAX_PENDING + 50)
})
