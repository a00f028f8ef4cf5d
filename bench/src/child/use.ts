/** What a process under measurement has used, and what its recording says that it has. */

import type { Scope } from '@cinescope/core'

/** What the process has used since it started. */
export interface ServerUse {
  /** All threads and garbage collection, in ms. */
  readonly cpuMs: number
  readonly rssMb: number
  /** Of the CPU, what the thread of the application took, without those that collect and compile beside it, in ms. */
  readonly appMs: number
  /** What the recording tells that it costs that thread, in ms. */
  readonly probeMs: number
  /** Of the CPU, what our writer thread took, in ms. */
  readonly writerMs: number
  /** Events offered, and of them what films had that were left out. */
  readonly made: number
  readonly sampledOut: number
}

/** Reads them. */
export function useOf(scope: Scope | undefined): ServerUse {
  const status = scope?.status()
  return {
    cpuMs: inMs(process.cpuUsage()),
    rssMb: process.memoryUsage.rss() / 2 ** 20,
    appMs: inMs(process.threadCpuUsage()),
    probeMs: status?.probeCpuMs ?? 0,
    writerMs: status?.writerCpuMs ?? 0,
    made: status?.produced ?? 0,
    sampledOut: status?.sampledOut ?? 0,
  }
}

function inMs({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1000
}
