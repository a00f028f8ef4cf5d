/** Row `self-cost`: what a recording says that it costs, beside what it costs. */

import { interleave, type Row } from '../row.ts'
import { median, pairedDifferences, ratioInterval } from '../statistics.ts'
import { type CpuRound, cpuOf } from './http.ts'

const ARMS = ['bare', 'cinescope', 'bare again'] as const

export const selfCostRow: Row = {
  id: 'self-cost',
  definition:
    'CPU per request that `scope.status()` tells of itself (probeCpuMs + writerCpuMs) ÷ CPU per request that recording adds to the server of `http-cpu`',
  unit: '×',
  sense: 'at least',
  bar: undefined,
  reach: undefined,
  rounds: 15,
  method:
    'The servers, requests and CPU of `http-cpu`, without the traced one. The figure is the median of what was told over the median of the paired differences recorded − bare. It has no bar: it says how much of the cost is in what a recording tells of itself. The CPU added to the thread of the application is that of process.threadCpuUsage(); what is added beyond that and the writer is collection and compilation on threads of V8.',
  async run(context) {
    const spent = await interleave(ARMS, context, (arm) => cpuOf(arm === 'cinescope' ? 'cinescope' : 'bare'))
    const us = (arm: (typeof ARMS)[number], of: keyof CpuRound): number[] => spent[arm].map((each) => each[of])
    const added = pairedDifferences(us('cinescope', 'cpuUs'), us('bare', 'cpuUs'))
    const addedToApp = pairedDifferences(us('cinescope', 'appUs'), us('bare', 'appUs'))
    const told = spent.cinescope.map(({ probeUs, writerUs }) => probeUs + writerUs)
    return {
      values: told.map((each, round) => each / added[round]!),
      value: median(told) / median(added),
      interval: ratioInterval(told, added),
      nulls: pairedDifferences(us('bare again', 'cpuUs'), us('bare', 'cpuUs')).map((each) => each / median(added)),
      details: {
        'added µs': median(added),
        'told µs': median(told),
        'added to the thread of the app µs': median(addedToApp),
        'told of it µs': median(us('cinescope', 'probeUs')),
        'share told of it': median(us('cinescope', 'probeUs')) / median(addedToApp),
        'writer µs': median(us('cinescope', 'writerUs')),
        'events/request': median(us('cinescope', 'made')),
        'rounds repeated': us('cinescope', 'repeated').reduce((sum, each) => sum + each, 0),
      },
    }
  },
}
