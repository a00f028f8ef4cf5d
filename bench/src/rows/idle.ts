/** Row `idle`: the server of the HTTP rows, started and left alone. */

import { setTimeout as sleep } from 'node:timers/promises'
import type { ServerArm } from '../child/server.ts'
import type { ServerUse } from '../child/use.ts'
import { startPeer } from '../process.ts'
import { interleave, type Row } from '../row.ts'
import { median, pairedDifferences } from '../statistics.ts'

/** Until what starting up left behind is done. */
const SETTLE_MS = 5000
const IDLE_MS = 20_000

export const idleRow: Row = {
  id: 'idle',
  definition: 'CPU of an idle recorded process, writer thread and host vitals included, beyond that of a bare one',
  unit: '%',
  sense: 'at most',
  bar: 0.1,
  reach: 0.05,
  rounds: 5,
  method:
    'The server of http-cpu without a request, recorded with default options, bare, and bare again, each a fresh process per round: after 5 s, its process.cpuUsage(), all threads, over 20 s. The question at the end, with a flush, is in it.',
  async run(context) {
    const arms = ['bare', 'cinescope', 'bare again'] as const
    const spent = await interleave(arms, context, (arm) => idleOf(arm === 'cinescope' ? 'cinescope' : 'bare'))
    return {
      values: pairedDifferences(spent.cinescope, spent.bare),
      nulls: pairedDifferences(spent['bare again'], spent.bare),
      details: { 'bare %': median(spent.bare), 'recorded %': median(spent.cinescope) },
    }
  },
}

/** Percent of one CPU. */
async function idleOf(arm: ServerArm): Promise<number> {
  await using server = startPeer('server', { arm })
  await server.reported
  await sleep(SETTLE_MS)
  const before = (await server.ask('use')) as ServerUse
  const started = performance.now()
  await sleep(IDLE_MS)
  const after = (await server.ask('use')) as ServerUse
  return (100 * (after.cpuMs - before.cpuMs)) / (performance.now() - started)
}
