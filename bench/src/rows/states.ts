/** Rows `patch`, `patch-told`, `state-at`, `state-ratio` and `step`. */

import type { MicroInput, MicroRound } from '../child/micro.ts'
import { bigRecording } from '../big-recording.ts'
import type { StateInput, StateRound } from '../child/state.ts'
import type { StepInput, StepRound } from '../child/step.ts'
import { runRound } from '../process.ts'
import { interleave, type Measured, type Row, type RunContext } from '../row.ts'
import { stateRecording } from '../state-recording.ts'
import { median, pairedDifferences } from '../statistics.ts'

const CHANGES = 1_000_000
const FEW_CHANGES = 10_000
const STEP_EVENTS = 10_000_000

export const patchRow: Row = {
  id: 'patch',
  definition: 'one-field change in a 50-field state, by comparison',
  unit: 'µs',
  sense: 'at most',
  bar: 6,
  reach: 3,
  rounds: 15,
  method:
    'As `event`: batches of 2,048 states of one entity (16 numbers that change in turn, 34 texts, numbers, flags and nulls), each recorded as a patch, with the whole state that follows every 64th. Default limits and redaction.',
  run: (context) => micro(context, 'patch'),
}

export const patchToldRow: Row = {
  id: 'patch-told',
  definition: 'the same when its path is reported',
  unit: 'µs',
  sense: 'at most',
  bar: 1,
  reach: 0.4,
  rounds: 15,
  method: 'As `patch`, with the path of the member given beside the state.',
  run: (context) => micro(context, 'patch-told'),
}

export const stateAtRow: Row = {
  id: 'state-at',
  definition: 'state of an entity with 1 M changes at random instants, p99',
  unit: 'ms',
  sense: 'at most',
  bar: 10,
  reach: 1,
  rounds: 15,
  method:
    'A recording of 1 M changes of the state of `patch`, beside as many other events, made by the writer itself. Two processes a round open it, ask for 1,000 random instants, then for 1,000 others that are timed; each state must be that of its instant, whole.',
  async run(context) {
    const { first, second } = await read(context, CHANGES)
    return {
      values: p99(first),
      nulls: pairedDifferences(p99(second), p99(first)),
      details: {
        'p50 ms': median(first.map((each) => each.p50)),
        'worst ms': Math.max(...first.map((each) => each.worst)),
      },
    }
  },
}

export const stateRatioRow: Row = {
  id: 'state-ratio',
  definition: 'the same ÷ that of 10 k changes',
  unit: '×',
  sense: 'at most',
  bar: 2,
  reach: 1,
  rounds: 15,
  method: 'As `state-at`, a process of each recording in turn.',
  async run(context) {
    const { first: many, second: again } = await read(context, CHANGES)
    const { first: few } = await read(context, FEW_CHANGES)
    const ratio = (rounds: readonly StateRound[]): number[] => p99(rounds).map((ms, i) => ms / p99(few)[i]!)
    return {
      values: ratio(many),
      nulls: pairedDifferences(ratio(again), ratio(many)),
      details: { 'p99 ms of 10 k changes': median(p99(few)) },
    }
  },
}

export const stepRow: Row = {
  id: 'step',
  definition: 'one step of a seeker, forward or back, 10 M-event recording, p95',
  unit: 'ms',
  sense: 'at most',
  bar: 20,
  reach: 3,
  rounds: 15,
  method:
    'A recording as of `film`, twice as long, with 50 films under way at any time. Two processes a round open it, go to 40 random instants, from each 8 steps on and back, then to 40 others that are timed; each frame must be the same both ways.',
  async run(context) {
    const recording = await bigRecording(STEP_EVENTS)
    const round = (_arm: string, seed: number): Promise<StepRound> =>
      runRound('step', { recording, seed: seed + 1 } satisfies StepInput)
    const { first, second } = await interleave(['first', 'second'], context, round)
    const p95 = (rounds: readonly StepRound[]): number[] => rounds.map((each) => each.p95)
    return {
      values: p95(first),
      nulls: pairedDifferences(p95(second), p95(first)),
      details: {
        'p50 ms': median(first.map((each) => each.p50)),
        'worst ms': Math.max(...first.map((each) => each.worst)),
        'to an instant, p95 ms': median(first.map((each) => each.seekP95)),
        'spans under way': median(first.map((each) => each.open)),
      },
    }
  },
}

async function micro(context: RunContext, row: MicroInput['row']): Promise<Measured> {
  const rounds: MicroRound[] = []
  for (let round = 0; round < context.rounds; round++) {
    rounds.push(await runRound<MicroRound>('micro', { row } satisfies MicroInput))
    context.progress()
  }
  return {
    values: rounds.map(({ nsByArm }) => nsByArm['cinescope']! / 1000),
    nulls: rounds.map(({ nsByArm }) => (nsByArm['again']! - nsByArm['cinescope']!) / 1000),
    details: {},
  }
}

async function read(
  context: RunContext,
  changes: number,
): Promise<{ readonly first: readonly StateRound[]; readonly second: readonly StateRound[] }> {
  const recording = await stateRecording(changes)
  const round = (_arm: string, seed: number): Promise<StateRound> =>
    runRound('state', { recording, seed: seed + 1 } satisfies StateInput)
  return interleave(['first', 'second'], context, round)
}

function p99(rounds: readonly StateRound[]): number[] {
  return rounds.map((each) => each.p99)
}
