/** Row `fetch-cpu`: the same client bare, recorded and traced. */

import type { FetcherInput, FetchOrder } from '../child/fetcher.ts'
import type { ServerArm, ServerYield } from '../child/server.ts'
import type { ServerUse } from '../child/use.ts'
import { startPeer } from '../process.ts'
import { interleave, type Row } from '../row.ts'
import { median, pairedDifferences, ratioInterval } from '../statistics.ts'

const WARM_UP = 10_000
const REQUESTS = 10_000
const WIDTH = 10
const ARMS = ['bare', 'cinescope', 'otel', 'bare again'] as const

export const fetchRow: Row = {
  id: 'fetch-cpu',
  definition: "CPU added per outgoing fetch ÷ that added by OTel's undici instrumentation",
  unit: '×',
  sense: 'at most',
  bar: 0.4,
  reach: 0.15,
  rounds: 15,
  method:
    "Three clients and a second bare one, each a fresh process, per round, against a server in another; 10 fetches of a small JSON at a time, answers parsed and, by Cinescope, recorded with their bodies. To warm up 10,000, a full collection, and 10,000 more; then 10,000. CPU is the client's process.cpuUsage(), all threads and garbage collection, until everything is written. The figure is the median of the paired differences recorded − bare over the median of traced − bare.",
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
        'events/fetch': median(spent.cinescope.map((each) => each.made)),
        'spans/fetch': median(spent.otel.map((each) => each.made)),
      },
    }
  },
}

interface FetchRound {
  readonly cpuUs: number
  readonly writerUs: number
  /** Events or spans a fetch. */
  readonly made: number
}

async function cpuOf(arm: ServerArm): Promise<FetchRound> {
  await using peer = startPeer('echo', {})
  const { port } = (await peer.reported) as { readonly port: number }
  await using client = startPeer('fetcher', { arm, port } satisfies FetcherInput)
  await client.reported
  const load = (requests: number): Promise<unknown> =>
    client.ask('run', { requests, width: WIDTH } satisfies FetchOrder)
  await load(WARM_UP)
  await client.ask('collect')
  await load(WARM_UP)
  const before = (await client.ask('use')) as ServerUse
  await load(REQUESTS)
  const after = (await client.ask('use')) as ServerUse
  const { made, dropped } = (await client.ask('yield')) as ServerYield
  const perFetch = made / (2 * WARM_UP + REQUESTS)
  if (dropped > 0 || perFetch < (arm === 'bare' ? 0 : 1))
    throw new Error(`${arm} made ${perFetch} a fetch, ${dropped} lost`)
  const us = (beforeMs: number, afterMs: number): number => ((afterMs - beforeMs) * 1000) / REQUESTS
  return {
    cpuUs: us(before.cpuMs, after.cpuMs),
    writerUs: us(before.writerMs, after.writerMs),
    made: perFetch,
  }
}
