/**
 * One round of the rows `event`, `span-vs-otel`, `span-values`, `disabled`, `patch` and `patch-told`: batches of bare code, of Cinescope and of
 * OpenTelemetry in turn, in one process.
 *
 * Before anything is timed, the recorder has seen what an application shows it (spans and points, with and without values),
 * so that its call sites are as the compiler finds them there, not as a benchmark of one call would make them.
 */

import { performance } from 'node:perf_hooks'
import { probeOf } from '@cinescope/core/adapter'
import { createScope } from '@cinescope/core'
import { decodeValue, KINDS, PHASE, phaseOf, U32 } from '@cinescope/protocol'
import type { Tracing } from '../open-telemetry.ts'
import { createProducerRig, type ProducerRig, type RecordView } from '../insides.ts'
import { CHANGING, createState } from '../state-recording.ts'
import { check, childInput, report } from './child.ts'

/** What the parent asks for. */
export interface MicroInput {
  readonly row: 'event' | 'span-vs-otel' | 'span-values' | 'disabled' | 'patch' | 'patch-told'
}

/** CPU in ns per operation by arm: all batches together. */
export interface MicroRound {
  readonly nsByArm: Readonly<Record<string, number>>
  readonly batches: number
  /** From the start of the process to the first timed batch. */
  readonly setUpMs: number
  readonly timedMs: number
}

/** One kind of work; `run` does `batch` operations, `settle` what must happen between batches and is not timed. */
interface Arm {
  readonly name: string
  readonly batch: number
  run(batch: number): void | Promise<void>
  settle?(): void | Promise<void>
}

/** Half a ring: the consumer comes before the producer would wake it. */
const BATCH = 8192
const WARM_BATCHES = 12
/** The timed section, all arms together: long enough that set-up is a sixteenth of it. */
const MIN_TIMED_MS = 1500
const MAX_TIMED_MS = 15_000
const TIMED_BY_SET_UP = 16

const input = childInput<MicroInput>()
const rig = await createProducerRig()
/** Whatever the loops compute, so that nothing is optimised away. */
let sink = 0

report<MicroRound>(await timeArms(await armsOf(input.row)))
check(Number.isFinite(sink), 'the loops computed something')

async function armsOf(row: MicroInput['row']): Promise<readonly Arm[]> {
  switch (row) {
    case 'event':
      checkRecords(rig)
      mixedUse(rig)
      return twice(eventArm(rig), clockArm())
    case 'span-vs-otel':
      checkRecords(rig)
      mixedUse(rig)
      return twice(spanArm(rig), await openTelemetryArm())
    case 'span-values':
      await checkValues(rig)
      mixedUse(rig)
      return twice(valuesArm(rig))
    case 'disabled':
      return disabledArms()
    case 'patch':
      mixedUse(rig)
      return twice(patchArm(rig, false))
    case 'patch-told':
      mixedUse(rig)
      return twice(patchArm(rig, true))
  }
}

/** The arm under test stands there twice: the difference of its two figures is the A/A row. */
function twice(arm: Arm, ...others: readonly Arm[]): readonly Arm[] {
  return [{ ...arm, name: 'cinescope' }, ...others, { ...arm, name: 'again' }]
}

async function timeArms(arms: readonly Arm[]): Promise<MicroRound> {
  const spent = arms.map(() => ({ ns: 0, operations: 0 }))
  for (let round = 0; round < WARM_BATCHES; round++) for (const arm of arms) await timeBatch(arm)
  const setUpMs = performance.now()
  const timedMs = Math.min(Math.max(MIN_TIMED_MS, setUpMs * TIMED_BY_SET_UP), MAX_TIMED_MS)
  let spentMs = 0
  let batches = 0
  for (; spentMs < timedMs; batches++) {
    for (const [index, arm] of arms.entries()) {
      const us = await timeBatch(arm)
      const sum = spent[index]!
      sum.ns += us * 1000
      sum.operations += arm.batch
      spentMs += us / 1000
    }
  }
  const nsByArm = Object.fromEntries(arms.map((arm, index) => [arm.name, spent[index]!.ns / spent[index]!.operations]))
  return { nsByArm, batches, setUpMs, timedMs: spentMs }
}

/** CPU of the process in µs: garbage collection is in it, time lost to other processes is not. */
async function timeBatch(arm: Arm): Promise<number> {
  const before = process.cpuUsage()
  await arm.run(arm.batch)
  const { user, system } = process.cpuUsage(before)
  await arm.settle?.()
  return user + system
}

function clockArm(): Arm {
  return {
    name: 'clock',
    batch: BATCH,
    run: (batch) => {
      for (let i = 0; i < batch; i++) sink += performance.now()
    },
  }
}

function eventArm(use: ProducerRig): Arm {
  const { recorder } = use
  return {
    name: 'event',
    batch: BATCH,
    run: (batch) => {
      for (let i = 0; i < batch; i++) sink += recorder.point(KINDS.metric, 3, 5, 5)
    },
    settle: () => empty(use, BATCH),
  }
}

function spanArm(use: ProducerRig): Arm {
  const { recorder } = use
  const spans = BATCH / 2
  return {
    name: 'span',
    batch: spans,
    run: (batch) => {
      for (let i = 0; i < batch; i++) {
        const seq = recorder.begin(KINDS.function, 3, 0, 0)
        recorder.end(KINDS.function, 3, seq, 0, seq, recorder.lastNs)
      }
    },
    settle: () => empty(use, BATCH),
  }
}

/** Arguments and results are objects of the host, made beforehand; the array of arguments is the probe's and made per call. */
function valuesArm(use: ProducerRig): Arm {
  const { recorder } = use
  const spans = BATCH / 2
  const calls = Array.from({ length: 64 }, () => ({
    text: 'abcdefghijklmnop',
    object: { a: 1, b: 'x', c: true },
    result: { ok: true, id: 17 },
  }))
  return {
    name: 'values',
    batch: spans,
    run: (batch) => {
      for (let i = 0; i < batch; i++) {
        const call = calls[i & 63]!
        const seq = recorder.begin(KINDS.function, 3, 0, 0, [17, call.text, call.object])
        recorder.end(KINDS.function, 3, seq, 0, seq, recorder.lastNs, 0, 0, call.result)
      }
    },
    settle: () => empty(use, BATCH),
  }
}

/** One member of a state of fifty changes at a time; whole states that are due between the patches are in the figure. */
function patchArm(use: ProducerRig, isTold: boolean): Arm {
  const { states } = use
  const state = createState()
  const subject = { entity: 1, parent: 5, root: 5, flags: 0 }
  const paths = CHANGING.map((name) => [[name]])
  const patches = BATCH / 4
  return {
    name: 'patch',
    batch: patches,
    run: (batch) => {
      for (let i = 0; i < batch; i++) {
        const which = i % CHANGING.length
        state[CHANGING[which]!] = ++sink
        if (isTold) states.changed(subject, state, paths[which]!)
        else states.state(subject, state)
      }
    },
    // a whole state follows every 64th patch; the first of all is one
    settle: () => drainStates(use, patches),
  }
}

function drainStates(use: ProducerRig, least: number): void {
  let patches = 0
  let whole = 0
  const record = ({ u32, u32Base }: RecordView): void => {
    if ((u32[u32Base + U32.word]! & 63) === KINDS['state.patch']) patches++
    else whole++
  }
  while (use.consumer.drain({ record, gap: () => check(false, 'no record is lost') }, BATCH) > 0);
  check(patches >= least - 1 && whole <= least / 64 + 2, 'each change is a patch')
  check(use.ring.refused === 0 && use.ring.valuesLost === 0, 'nothing was lost')
}

/** Both recorders are called in the same way; the empty one has a body of one constant. */
async function disabledArms(): Promise<readonly Arm[]> {
  const scope = await createScope({ enabled: false })
  const disabled = probeOf(scope).recorder
  check(
    disabled.point(KINDS.metric, 3, 5, 5) === 0 && scope.status().produced === 0,
    'a disabled recorder records nothing',
  )
  const nothing = { point: (_kind: number, _site: number, _parent: number, _root: number): number => 0 }
  const calls = 400_000
  const disabledArm = (name: string): Arm => ({
    name,
    batch: calls,
    run: (batch) => {
      for (let i = 0; i < batch; i++) sink += disabled.point(KINDS.metric, i, 5, 5)
    },
  })
  return [
    disabledArm('cinescope'),
    {
      name: 'empty',
      batch: calls,
      run: (batch) => {
        for (let i = 0; i < batch; i++) sink += nothing.point(KINDS.metric, i, 5, 5)
      },
    },
    disabledArm('again'),
  ]
}

/** Always on, batch processor, an exporter that takes and drops: all of it runs on the app thread, so all of it is timed. */
async function openTelemetryArm(): Promise<Arm> {
  const { createTracing } = await import('../open-telemetry.ts')
  const tracing = createTracing()
  const tracer = tracing.provider.getTracer('bench')
  await mixedTracing(tracing)
  // below the processor's queue of 2048, so that no span is dropped
  const spans = 1024
  let made = tracing.exported()
  return {
    name: 'otel',
    batch: spans,
    run: async (batch) => {
      for (let i = 0; i < batch; i++) tracer.startSpan('span').end()
      await tracing.flush()
    },
    settle: () => {
      made += spans
      check(tracing.exported() === made, 'OpenTelemetry exported every span')
    },
  }
}

/** The counterpart of `mixedUse`. */
async function mixedTracing({ provider, flush }: Tracing): Promise<void> {
  const { context, SpanKind, trace } = await import('@opentelemetry/api')
  const tracer = provider.getTracer('bench')
  for (let i = 0; i < 3000; i++) {
    const root = tracer.startSpan('request', {
      kind: SpanKind.SERVER,
      attributes: { 'http.request.method': 'GET', 'url.path': '/things' },
    })
    context.with(trace.setSpan(context.active(), root), () => {
      const inner = tracer.startSpan('middleware')
      inner.addEvent('log', { i })
      inner.end()
    })
    root.setAttribute('http.response.status_code', 200)
    root.end()
    if (i % 500 === 499) await flush()
  }
}

/** Drains everything and checks that nothing is missing. */
function empty(use: ProducerRig, expected: number): void {
  let seen = 0
  const count = { record: () => void seen++, gap: () => check(false, 'no record is lost') }
  while (use.consumer.drain(count, BATCH) > 0);
  check(seen === expected && use.ring.refused === 0 && use.ring.valuesLost === 0, 'every record reached the consumer')
}

/** What an application does to a recorder: spans and points, with values and without. */
function mixedUse({ recorder, consumer }: ProducerRig): void {
  for (let i = 0; i < 3000; i++) {
    const root = recorder.begin(KINDS.request, 1, 0, 0, { method: 'GET', url: '/things', headers: { host: 'x' } })
    const since = recorder.lastNs
    const inner = recorder.begin(KINDS.middleware, 2, root, root)
    recorder.end(KINDS.middleware, 2, inner, root, root, recorder.lastNs)
    recorder.point(KINDS.log, 3, root, root, { message: 'x', i })
    recorder.point(KINDS.metric, 3, root, root, undefined, i)
    recorder.end(KINDS.request, 1, root, 0, root, since, 200, 0, { status: 200 })
    if (i % 500 === 499) while (consumer.drain({ record: () => undefined, gap: () => undefined }, BATCH) > 0);
  }
}

function checkRecords(use: ProducerRig): void {
  const { recorder } = use
  const before = performance.now() * 1e6
  const span = recorder.begin(KINDS.function, 3, 0, 0)
  const sinceNs = recorder.lastNs
  recorder.end(KINDS.function, 3, span, 0, span, sinceNs)
  recorder.point(KINDS.metric, 3, 5, 5)
  const seen: { phase: number; site: number; time: number; seq: number }[] = []
  drainInto(use, (view) => {
    const word = view.u32[view.u32Base + U32.word]!
    seen.push({
      phase: phaseOf(word),
      site: view.u32[view.u32Base + U32.site]!,
      time: view.f64[view.f64Base]!,
      seq: view.seq,
    })
  })
  const wanted = [PHASE.begin, PHASE.end, PHASE.point].map((phase, index) => [phase, 3, index + 1])
  check(
    isSame(
      seen.map(({ phase, site, seq }) => [phase, site, seq]),
      wanted,
    ),
    'records say what was recorded',
  )
  check(
    seen.every(({ time }) => time >= before && time <= performance.now() * 1e6),
    'records carry the time',
  )
}

async function checkValues(use: ProducerRig): Promise<void> {
  await valuesArm(use).run(1)
  const keys = new Map(
    use.definitions.flatMap((each) => (each.kind === 'key' ? [[each.number, each.text] as const] : [])),
  )
  const values: unknown[] = []
  drainInto(use, (view) => {
    values.push(decodeValue(view.bytes.slice(view.valueAt, view.valueAt + view.valueLength), (key) => keys.get(key)))
  })
  check(
    isSame(values, [[17, 'abcdefghijklmnop', { a: 1, b: 'x', c: true }], { ok: true, id: 17 }]),
    'values are captured whole',
  )
}

function drainInto({ consumer }: ProducerRig, take: (view: RecordView) => void): void {
  consumer.drain({ record: take, gap: () => check(false, 'no record is lost') }, BATCH)
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
