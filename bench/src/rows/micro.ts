/** Rows `event`, `span-vs-otel`, `span-values` and `disabled`. */

import type { MicroInput, MicroRound } from '../child/micro.ts'
import { runRound } from '../process.ts'
import type { Measured, Row, RunContext } from '../row.ts'
import { median } from '../statistics.ts'

/** Longest set-up allowed, as a share of what is timed. */
const MAX_SET_UP = 0.07

export const eventRow: Row = {
  id: 'event',
  definition: 'structural record with its time ÷ one performance.now()',
  unit: '×',
  sense: 'at most',
  bar: 1.5,
  reach: 1.15,
  rounds: 15,
  method:
    'One process a round; batches of 8,192 points without a value and of as many readings of the clock in turn, the ring emptied between batches outside the timed section; CPU of the process, so garbage collection is in it. The recorder has seen spans, points and values before.',
  run: (context) =>
    ratio(
      context,
      'event',
      ({ cinescope, clock }) => cinescope! / clock!,
      ({ again, clock }) => again! / clock!,
    ),
}

export const spanRow: Row = {
  id: 'span-vs-otel',
  definition:
    'OpenTelemetry SDK 2 span (always on, batch processor, no attributes, no-op exporter) ÷ Cinescope begin+end',
  unit: '×',
  sense: 'at least',
  bar: 20,
  reach: 30,
  rounds: 15,
  method:
    'As `event`: batches of startSpan() and end() with the export of the batch, all of which is work of the app thread, in turn with batches of begin and end. Both have seen attributes, values and nesting before.',
  run: (context) =>
    ratio(
      context,
      'span-vs-otel',
      ({ otel, cinescope }) => otel! / cinescope!,
      ({ otel, again }) => otel! / again!,
    ),
}

export const valuesRow: Row = {
  id: 'span-values',
  definition: "begin+end with arguments (17, 16-char string, {a:1,b:'x',c:true}) and return {ok:true,id:17}",
  unit: 'µs',
  sense: 'at most',
  bar: 1,
  reach: 0.6,
  rounds: 15,
  method:
    'As `event`; objects and strings belong to the caller, the array of arguments is made per call. Default limits and redaction.',
  run: (context) =>
    ratio(
      context,
      'span-values',
      ({ cinescope }) => cinescope! / 1000,
      ({ again }) => again! / 1000,
    ),
}

export const disabledRow: Row = {
  id: 'disabled',
  definition: 'disabled recorder call over an empty call',
  unit: 'ns',
  sense: 'at most',
  bar: 5,
  reach: 1,
  rounds: 15,
  method:
    'As `event`: the recorder of a scope with `enabled: false` against a method that returns a constant; the difference of the two.',
  run: (context) =>
    ratio(
      context,
      'disabled',
      ({ cinescope, empty }) => cinescope! - empty!,
      ({ again, empty }) => again! - empty!,
    ),
}

type Figures = MicroRound['nsByArm']

async function ratio(
  context: RunContext,
  row: MicroInput['row'],
  figure: (ns: Figures) => number,
  again: (ns: Figures) => number,
): Promise<Measured> {
  const rounds: MicroRound[] = []
  for (let round = 0; round < context.rounds; round++) {
    const result = await runRound<MicroRound>('micro', { row } satisfies MicroInput)
    if (result.setUpMs > MAX_SET_UP * result.timedMs)
      throw new Error(
        `set-up took ${result.setUpMs.toFixed(0)} ms of ${result.timedMs.toFixed(0)} ms timed: more than ${MAX_SET_UP * 100} %`,
      )
    rounds.push(result)
    context.progress()
  }
  const arms = Object.keys(rounds[0]!.nsByArm).filter((arm) => arm !== 'again')
  return {
    values: rounds.map(({ nsByArm }) => figure(nsByArm)),
    nulls: rounds.map(({ nsByArm }) => again(nsByArm) - figure(nsByArm)),
    details: {
      ...Object.fromEntries(arms.map((arm) => [`${arm} ns`, median(rounds.map(({ nsByArm }) => nsByArm[arm]!))])),
      'set-up % of timed': Math.max(...rounds.map((each) => (100 * each.setUpMs) / each.timedMs)),
    },
  }
}
