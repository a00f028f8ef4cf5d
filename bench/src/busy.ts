/** Whether the machine is quiet enough to measure on. */

import { cpus } from 'node:os'
import { setTimeout } from 'node:timers/promises'

/** Share of all cores that may be in use by others. */
export const MAX_BUSY = 0.1

/** CPU times of all cores together, in ms. */
export interface CpuTimes {
  readonly idle: number
  readonly total: number
}

/** Share of the cores in use while `wait` lasts, 0 to 1. */
export async function busyShare(
  read: () => CpuTimes = readTimes,
  wait: () => Promise<void> = twoSeconds,
): Promise<number> {
  const before = read()
  await wait()
  const after = read()
  const total = after.total - before.total
  return total <= 0 ? 0 : 1 - (after.idle - before.idle) / total
}

/** @throws Error when more than `MAX_BUSY` of the machine is in use */
export function refuseIfBusy(share: number): void {
  if (share <= MAX_BUSY) return
  throw new Error(
    `the machine is busy: ${(share * 100).toFixed(0)} % of its cores are in use, at most ${MAX_BUSY * 100} % may be (--force measures all the same and marks the rows)`,
  )
}

function readTimes(): CpuTimes {
  const times = cpus().map((cpu) => cpu.times)
  const sum = (pick: (each: (typeof times)[number]) => number): number =>
    times.reduce((total, each) => total + pick(each), 0)
  const idle = sum((each) => each.idle)
  return { idle, total: idle + sum((each) => each.user + each.nice + each.sys + each.irq) }
}

async function twoSeconds(): Promise<void> {
  await setTimeout(2000)
}
