/** What the writer thread counts of itself and of all strands: kept with each commit, and published. */

import type { WriterFigures } from './strand.ts'
import type { Strands } from './strands.ts'
import type { ThreadLedger } from './thread-ledger.ts'

/** See the file's first line. */
export class WriterCounts {
  /** Time spent in turns. */
  busyMs = 0
  /** Times that somebody had the windows kept through the control socket. */
  windowsKept = 0
  readonly #strands: Strands
  readonly #ledger: ThreadLedger
  readonly #bytes: () => number

  /** `bytes` gives those of the recording. */
  constructor(strands: Strands, ledger: ThreadLedger, bytes: () => number) {
    this.#strands = strands
    this.#ledger = ledger
    this.#bytes = bytes
  }

  /** For the thread that is shown them. */
  figures(): WriterFigures {
    const probesCpuMs = this.#strands.total('probeCpuMs')
    return { bytes: this.#bytes(), cpuMs: this.#cpuMs(), probesCpuMs, written: this.#ledger.written }
  }

  /** For the recording. */
  counters(): Record<string, number> {
    const strands = this.#strands
    return {
      'cinescope.writer.cpu_ms': this.#cpuMs(),
      'cinescope.probe.cpu_ms': strands.total('probeCpuMs'),
      'cinescope.writer.commits': strands.commits,
      'cinescope.recording.bytes': this.#bytes(),
      'cinescope.writer.refused_commits': strands.total('failures'),
      'cinescope.values.lost': strands.total('valuesLost'),
      'cinescope.values.thinned': strands.total('valuesThinned'),
      'cinescope.spans.thinned': strands.total('spansThinned'),
      'cinescope.ring.grown': strands.total('ringGrown'),
      'cinescope.interner.overflow': strands.total('uninterned'),
      'cinescope.control.kept': this.windowsKept,
    }
  }

  /** CPU of this thread where Node tells it (23.9 and later), else the time spent in turns. */
  #cpuMs(): number {
    const usage = (process as { threadCpuUsage?: () => NodeJS.CpuUsage }).threadCpuUsage?.()
    return usage === undefined ? this.busyMs : (usage.user + usage.system) / 1000
  }
}
