/** Host vitals: how the event loop, the collector and the memory of the process do, as metrics. */

import { KINDS } from '@cinescope/protocol'
import type { Probe } from '../../capture/probe.ts'
import { ownerOf } from '../owner.ts'
import type { Source } from '../source.ts'
import { CollectorWatch } from './collector-watch.ts'
import { HostSamples } from './host-samples.ts'
import { LoopWatch } from './loop-watch.ts'

/** What `target` is for: nothing of Node's is changed. */
const KEY = Object.freeze({ name: 'vitals' })

/** See the file's first line. */
export const vitals: Source = {
  name: 'vitals',
  target: () => KEY,
  install(users) {
    const tell: TellMetric = (name, number, value) => {
      const probe = ownerOf(users)
      if (probe === undefined) return
      loop.told()
      const site = probe.site({ name, framework: 'node' })
      probe.recorder.point(KINDS.metric, site, 0, 0, value, number)
    }
    const { everyMs, blockedMs, pauseMs } = settingsOf(users)
    const loop: LoopWatch = new LoopWatch(users, blockedMs, () => samples.wake())
    const collector = new CollectorWatch(tell, pauseMs)
    const samples = new HostSamples(tell, { everyMs, loop, collector })
    return () => {
      samples.stop()
      loop.stop()
      collector.stop()
    }
  },
}

/** Those of the first scope that watches. */
function settingsOf(users: ReadonlySet<Probe>): Probe['sources']['vitals'] {
  for (const probe of users) return probe.sources.vitals
  throw new Error('nobody watches')
}

/** Records a metric outside of any film. */
export type TellMetric = (name: string, number: number, value?: unknown) => void
