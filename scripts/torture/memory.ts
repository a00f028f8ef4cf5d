/**
 * A million requests against an Express server that is recorded, and as many against the same server bare: what grows
 * with the requests, what the most was, and whether every event is accounted for. See docs/torture.md for the bounds.
 */

import { openRecording } from '@cinescope/core/reader'
import { recount } from '../../packages/core/test/badluck/recount.ts'
import { temporaryDirectory } from '../../packages/core/test/badluck/programs.ts'
import { mb, serve, type Served } from './memory/serve.ts'
import { mostOf, slopeOf } from './memory/trend.ts'
import type { Torture } from './torture.ts'

const REQUESTS = 1_000_000
const QUICK_REQUESTS = 500
const ROUNDS = 40
const QUICK_ROUNDS = 2
/** Retention has to work all the while: a million requests are many times this. */
const MAX_BYTES = 67_108_864
/** The smallest object of V8 is 16 bytes: one that stays behind a request shows as twice this. */
const MAX_HEAP_SLOPE = 8
/** Pages of the allocator come and go by the megabyte: 32 bytes are 16 MB over the half million requests that are looked at. */
const MAX_RSS_SLOPE = 32
/** More than bare: ring and arena 6 MB, the writer's and reader's isolates, and what their heaps may be (32 MB each). */
const MAX_RSS_MORE = 134_217_728
/** Beyond the cap until retention has its turn: what eight commits may write. */
const CAP_SLACK = 16_777_216
/** SQLite's log is cut back at 16 MB and may be half as long again before readers stay away. */
const MAX_LOG = 33_554_432

/** See above. */
export const memory: Torture = {
  name: 'memory',
  about: 'a million requests, memory and ledger looked at',
  async run({ isQuick, runs = isQuick ? QUICK_REQUESTS : REQUESTS, tell }) {
    await using directory = await temporaryDirectory()
    const rounds = isQuick ? QUICK_ROUNDS : ROUNDS
    const order = { directory: directory.path, maxBytes: MAX_BYTES, rounds, tell }
    const bare = await serve({ ...order, arm: 'bare', requests: runs })
    const recorded = await serve({ ...order, arm: 'recorded', requests: runs })
    const growth = isQuick ? [] : growthFaults(bare, recorded)
    const faults = [...growth, ...servedFaults(bare), ...servedFaults(recorded), ...(await ledgerFaults(recorded))]
    return { figures: figuresOf(bare, recorded), faults }
  },
}

function figuresOf(bare: Served, recorded: Served): string {
  const arm = ({ samples, sent }: Served): string =>
    `${sent} requests, rss ${mb(mostOf(samples, 'rss'))} at most, ${slopeOf(samples, 'rss').toFixed(1)} B a request, heap ${mb(mostOf(samples, 'heapUsed'))}, ${slopeOf(samples, 'heapUsed').toFixed(2)} B a request`
  const { recording, log } = recorded.mostBytes
  return `bare ${arm(bare)}; recorded ${arm(recorded)}; ${recorded.stopped.produced} events, recording ${mb(recording)} at most of ${mb(MAX_BYTES)}, log ${mb(log)}`
}

function growthFaults(bare: Served, recorded: Served): string[] {
  const faults: string[] = []
  const more = (figure: 'rss' | 'heapUsed'): number =>
    slopeOf(recorded.samples, figure) - Math.max(0, slopeOf(bare.samples, figure))
  if (more('heapUsed') > MAX_HEAP_SLOPE) faults.push(`the heap grows by ${more('heapUsed').toFixed(1)} B a request`)
  if (more('rss') > MAX_RSS_SLOPE) faults.push(`resident memory grows by ${more('rss').toFixed(1)} B a request`)
  const above = mostOf(recorded.samples, 'rss') - mostOf(bare.samples, 'rss')
  if (above > MAX_RSS_MORE) faults.push(`recorded takes ${mb(above)} more than bare`)
  const { recording, log } = recorded.mostBytes
  if (recording > MAX_BYTES + CAP_SLACK) faults.push(`the recording was ${mb(recording)}`)
  if (log > MAX_LOG) faults.push(`the log was ${mb(log)}`)
  return faults
}

function servedFaults({ samples, wrong, stopped }: Served): string[] {
  const faults = stopped.faults.map((fault) => `a fault of ours: ${fault}`)
  const [first, last] = [samples[0], samples.at(-1)]
  if (wrong > 0) faults.push(`${wrong} requests were answered wrongly`)
  if (last === undefined || first === undefined) return [...faults, 'there are no samples']
  if (last.resources > first.resources) faults.push(`${first.resources} handles became ${last.resources}`)
  if ((last.descriptors ?? 0) > (first.descriptors ?? 0) + OPENED_LATE)
    faults.push(`${first.descriptors} open files became ${last.descriptors}`)
  return faults
}

/** Files that a server opens once, when it first needs them. */
const OPENED_LATE = 2

/** Every event accounted for, every request seen, and the file itself holds what the ledger says. */
async function ledgerFaults({ stopped }: Served): Promise<string[]> {
  const { path, produced, pending, requests } = stopped
  if (path === undefined) return ['nothing was recorded']
  const faults: string[] = []
  await using recording = openRecording(path)
  const ledger = await recording.ledger()
  const { stored, pruned, dropped, sampledOut, notKept } = ledger
  const sum = stored + pruned + dropped + sampledOut + notKept
  if (pending !== 0) faults.push(`${pending} events are pending after a flush`)
  if (sum !== ledger.produced || sum < produced) faults.push(`${produced} events were produced, ${sum} accounted for`)
  const counted = recount(path)
  if (counted.events !== stored) faults.push(`the ledger says ${stored} stored, the file holds ${counted.events}`)
  if (counted.integrity !== 'ok') faults.push(`integrity_check: ${counted.integrity}`)
  const seen = ledger.rows.filter(({ kind }) => kind === 'request').reduce((all, { count }) => all + count, 0)
  const unknown = ledger.rows.filter(({ kind }) => kind === 'unknown').reduce((all, { count }) => all + count, 0)
  if (seen + unknown < 2 * requests) faults.push(`${requests} requests came, ${seen / 2} were seen`)
  if (unknown === 0 && seen !== 2 * requests) faults.push(`${requests} requests came, ${seen / 2} were seen`)
  return faults
}
