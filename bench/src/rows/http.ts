/** Rows `http-cpu`, `http-stretch`, `memory` and `startup`: the same Express server bare, recorded and traced. */

import { connect } from 'node:net'
import { once } from 'node:events'
import type { TakenMarks } from '../child/marks.ts'
import type { ServerArm, ServerInput } from '../child/server.ts'
import { startPeer } from '../process.ts'
import { interleave, type Row } from '../row.ts'
import { serve } from '../serving.ts'
import { median, meanInterval, pairedDifferences, quantile, ratioInterval, slopeOf } from '../statistics.ts'

const CONNECTIONS = 10
/** Until the code is compiled and the heap has its size. */
const WARM_UP = 20_000

const CPU_REQUESTS = 10_000
const MAX_REPEATS = 4
const ARMS = ['bare', 'cinescope', 'otel', 'bare again'] as const

export const cpuRow: Row = {
  id: 'http-cpu',
  definition:
    "CPU per request added to Express 5 (6 middlewares, JSON route, 300 B bodies captured; app + writer) ÷ that added by OTel's http+express instrumentations (SDK 2, always on, batch, no-op exporter)",
  unit: '×',
  sense: 'at most',
  bar: 0.3,
  reach: 0.12,
  rounds: 15,
  method:
    "Three servers and a second bare one, each a fresh process, per round; to warm up 20,000 requests, a full collection as every server has had that runs for a while (V8 compiles anew what relied on shapes that went with it), and 20,000 more; then 10,000 from another process over 10 keep-alive connections, every answer checked. CPU is the server's process.cpuUsage(), all threads and garbage collection, until everything is written. The figure is the median of the paired differences recorded − bare over the median of traced − bare.",
  async run(context) {
    const spent = await interleave(ARMS, context, (arm) => cpuOf(arm === 'bare again' ? 'bare' : arm))
    const us = (arm: (typeof ARMS)[number]): number[] => spent[arm].map((each) => each.cpuUs)
    const ours = pairedDifferences(us('cinescope'), us('bare'))
    const theirs = pairedDifferences(us('otel'), us('bare'))
    const added = median(theirs)
    return {
      values: ours.map((each, round) => each / theirs[round]!),
      value: median(ours) / added,
      interval: ratioInterval(ours, theirs),
      nulls: pairedDifferences(us('bare again'), us('bare')).map((each) => each / added),
      details: {
        'bare µs': median(us('bare')),
        'Cinescope adds µs': median(ours),
        'of it writer µs': median(spent.cinescope.map((each) => each.writerUs)),
        'OpenTelemetry adds µs': added,
        'events/request': median(spent.cinescope.map((each) => each.made)),
        'spans/request': median(spent.otel.map((each) => each.made)),
        'rounds repeated': spent.cinescope.reduce((sum, each) => sum + each.repeated, 0),
      },
    }
  },
}

/** What a server took for a request; the recorded one tells of itself too. */
export interface CpuRound {
  readonly cpuUs: number
  readonly appUs: number
  readonly probeUs: number
  readonly writerUs: number
  readonly made: number
  readonly repeated: number
}

/** A round whose writer was kept from running until events were dropped is repeated: it has done less than it should. */
export async function cpuOf(arm: ServerArm): Promise<CpuRound> {
  for (let repeated = 0; repeated < MAX_REPEATS; repeated++) {
    const { dropped, ...round } = await cpuRound(arm)
    if (dropped === 0) return { ...round, repeated }
  }
  throw new Error(`the writer could not follow in ${MAX_REPEATS} rounds running`)
}

async function cpuRound(arm: ServerArm): Promise<Omit<CpuRound, 'repeated'> & { dropped: number }> {
  await using server = await serve({ arm })
  await server.load(WARM_UP, CONNECTIONS)
  await server.collect()
  await server.load(WARM_UP, CONNECTIONS)
  const before = await server.use()
  await server.load(CPU_REQUESTS, CONNECTIONS)
  const after = await server.use()
  const { made, dropped } = await server.yield()
  const perRequest = made / (2 * WARM_UP + CPU_REQUESTS)
  if (perRequest < (arm === 'bare' ? 0 : 8)) throw new Error(`${arm} made ${perRequest} events or spans a request`)
  const us = (beforeMs: number, afterMs: number): number => ((afterMs - beforeMs) * 1000) / CPU_REQUESTS
  return {
    cpuUs: us(before.cpuMs, after.cpuMs),
    appUs: us(before.appMs, after.appMs),
    probeUs: us(before.probeMs, after.probeMs),
    writerUs: us(before.writerMs, after.writerMs),
    made: perRequest,
    dropped,
  }
}

const STRETCH_REQUESTS = 4000

export const stretchRow: Row = {
  id: 'http-stretch',
  definition: 'longest synchronous stretch our callbacks add to a request, p99',
  unit: 'ms',
  sense: 'at most',
  bar: 0.2,
  reach: 0.05,
  rounds: 15,
  method:
    "The same server, one request at a time. The app takes the time wherever it hands control on and gets it back (before and after each middleware, response.json(), the listeners of finish): between two such borders lies one synchronous stretch with our callbacks of that place in it. What a stretch takes beyond its median in the bare server of the round is what is added, preemption and garbage collection included; a request counts with its longest. The A/A row is the same for a second bare server. Added in all: the event loop's busy time per request.",
  async run(context) {
    const arms = ['bare', 'cinescope', 'bare again'] as const
    const taken = await interleave(arms, context, (arm) => stretchesOf(arm === 'cinescope' ? 'cinescope' : 'bare'))
    const longest = (arm: (typeof arms)[number], q: number): number[] =>
      taken[arm].map((marks, round) => quantile(longestAdded(marks, taken.bare[round]!), q))
    const busy = (arm: (typeof arms)[number], q: number): number[] =>
      taken[arm].map((marks) => quantile(Array.from(marks.busy.subarray(1)), q))
    return {
      values: longest('cinescope', 0.99),
      nulls: pairedDifferences(longest('bare again', 0.99), longest('bare', 0.99)),
      details: {
        'p50 ms': median(longest('cinescope', 0.5)),
        'bare p99 ms': median(longest('bare', 0.99)),
        'added in all, p50 ms': median(pairedDifferences(busy('cinescope', 0.5), busy('bare', 0.5))),
        'added in all, p99 ms': median(pairedDifferences(busy('cinescope', 0.99), busy('bare', 0.99))),
        stretches: taken.bare[0]!.width,
      },
    }
  },
}

async function stretchesOf(arm: ServerArm): Promise<TakenMarks> {
  await using server = await serve({ arm, isMarked: true })
  await server.load(WARM_UP, 1)
  await server.marks()
  await server.load(STRETCH_REQUESTS, 1)
  const taken = await server.marks()
  if (taken.busy.length !== STRETCH_REQUESTS)
    throw new Error(`${taken.busy.length} requests were marked, not ${STRETCH_REQUESTS}`)
  return taken
}

/** By request: the most that any of its stretches takes beyond that stretch's median in the bare server. */
function longestAdded({ width, stretches }: TakenMarks, bare: TakenMarks): number[] {
  if (width !== bare.width) throw new Error(`${width} stretches a request, ${bare.width} in the bare server`)
  const usual = Array.from({ length: width }, (_, place) =>
    median(Array.from({ length: bare.stretches.length / width }, (_each, i) => bare.stretches[i * width + place]!)),
  )
  return Array.from({ length: stretches.length / width }, (_, i) =>
    Math.max(...usual.map((each, place) => stretches[i * width + place]! - each)),
  )
}

const MEMORY_REQUESTS = 100_000
const SAMPLE_EVERY = 1000

export const memoryRow: Row = {
  id: 'memory',
  definition:
    'RSS added after 100 k requests, default options; slope of the second half within its confidence interval of 0',
  unit: 'MB',
  sense: 'at most',
  bar: 64,
  reach: 40,
  rounds: 5,
  method:
    'The same server, 100,000 requests over 10 connections, RSS read every 1,000. The figure is the median of the last tenth, recorded − bare. The slope is that of the least-squares line through the second half, recorded − bare; the row holds only if the 95 % interval of its mean over the rounds reaches down to 0.',
  async run(context) {
    const arms = ['bare', 'cinescope', 'bare again'] as const
    const sampled = await interleave(arms, context, (arm) => memoryOf(arm === 'cinescope' ? 'cinescope' : 'bare'))
    const end = (arm: (typeof arms)[number]): number[] =>
      sampled[arm].map((samples) => median(samples.rssMb.slice(-samples.rssMb.length / 10)))
    const slope = (arm: (typeof arms)[number]): number[] => sampled[arm].map(({ rssMb }) => slopeOfSecondHalf(rssMb))
    const slopes = pairedDifferences(slope('cinescope'), slope('bare'))
    const { low, high } = meanInterval(slopes)
    return {
      values: pairedDifferences(end('cinescope'), end('bare')),
      nulls: pairedDifferences(end('bare again'), end('bare')),
      alsoHolds: low <= 0,
      details: {
        'bare MB': median(end('bare')),
        'slope MB/100 k requests': median(slopes),
        'slope, low': low,
        'slope, high': high,
        'slope of bare': median(slope('bare')),
        'dropped %': 100 * median(sampled.cinescope.map((samples) => samples.dropped)),
      },
    }
  },
}

/** MB per 100,000 requests. */
function slopeOfSecondHalf(samples: readonly number[]): number {
  const half = samples.slice(samples.length / 2)
  return slopeOf(
    half.map((_, i) => (i * SAMPLE_EVERY) / 100_000),
    half,
  )
}

async function memoryOf(arm: ServerArm): Promise<{ rssMb: number[]; dropped: number }> {
  await using server = await serve({ arm })
  const rssMb: number[] = []
  for (let sent = 0; sent < MEMORY_REQUESTS; sent += SAMPLE_EVERY) {
    await server.load(SAMPLE_EVERY, CONNECTIONS)
    rssMb.push(await server.rssMb())
  }
  const { made, dropped } = await server.yield()
  return { rssMb, dropped: made === 0 ? 0 : dropped / made }
}

export const startupRow: Row = {
  id: 'startup',
  definition: 'spawn to first answered request, added',
  unit: 'ms',
  sense: 'at most',
  bar: 80,
  reach: 40,
  rounds: 25,
  method:
    'The same server on the built packages, from just before the process is spawned until its first request is answered; recorded − bare, each round anew.',
  async run(context) {
    const arms = ['bare', 'cinescope', 'bare again'] as const
    const took = await interleave(arms, context, (arm) => startUp({ arm: arm === 'cinescope' ? 'cinescope' : 'bare' }))
    return {
      values: pairedDifferences(took.cinescope, took.bare),
      nulls: pairedDifferences(took['bare again'], took.bare),
      details: { 'bare ms': median(took.bare) },
    }
  },
}

async function startUp(input: ServerInput): Promise<number> {
  const started = performance.now()
  await using server = startPeer('server', input)
  const { port } = (await server.reported) as { readonly port: number }
  const socket = connect(port, '127.0.0.1')
  socket.end(
    'POST /things/1 HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 23\r\nConnection: close\r\n\r\n{"note":"x","items":[]}',
  )
  const [answer] = (await once(socket, 'data')) as [Buffer]
  const took = performance.now() - started
  if (!answer.toString('latin1').startsWith('HTTP/1.1 200 '))
    throw new Error(`the first answer is wrong: ${answer.toString('latin1')}`)
  socket.destroy()
  return took
}
