/** One run of kill -9 under load, and what must hold of the recording that is left. */

import type { ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { findRecording, openRecording } from '@cinescope/core/reader'
import { provenNumber } from './check-value.ts'
import { startProgram, temporaryDirectory } from './programs.ts'
import { recount } from './recount.ts'

/** How the killed program behaves: `blocked` keeps its main thread, `pruned` runs against its byte limit. */
export type KillMode = 'steady' | 'blocked' | 'pruned'

/** What one run showed; `faults` is empty when all is well. */
export interface KillVerdict {
  readonly mode: KillMode
  readonly killedAfterMs: number
  /** Values acknowledged at all, those older than 500 ms at the kill, and the last one found. */
  readonly acknowledged: number
  readonly owed: number
  readonly found: number
  readonly stored: number
  readonly faults: readonly string[]
}

/** Age at the kill from which an event must be in the recording. */
const OWED_AFTER_MS = 500
const START_TIMEOUT_MS = 20_000

/** Kills a recording program `afterMs` after its first commit and examines what is left. */
export async function killOnce(mode: KillMode, afterMs: number): Promise<KillVerdict> {
  await using directory = await temporaryDirectory()
  const ackPath = join(directory.path, 'acks')
  const child = startProgram('killed', [directory.path, ackPath, mode])
  await ready(child)
  await setTimeout(afterMs)
  const killedAt = Date.now()
  child.kill('SIGKILL')
  await new Promise((resolve) => child.once('close', resolve))
  const acks = readAcks(ackPath)
  const owed = acks.findLast(({ at }) => at <= killedAt - OWED_AFTER_MS)?.n ?? 0
  const examined = await examine(findRecording(directory.path), owed, mode)
  return { mode, killedAfterMs: afterMs, acknowledged: acks.at(-1)?.n ?? 0, owed, ...examined }
}

/** One line on a run. */
export function verdictLine({ faults, ...run }: KillVerdict): string {
  const figures = `${run.mode}, killed after ${Math.round(run.killedAfterMs)} ms: owed ${run.owed}, found ${run.found} of ${run.acknowledged} values, ${run.stored} events`
  return faults.length === 0 ? `ok    ${figures}` : `FAIL  ${figures}: ${faults.join('; ')}`
}

async function ready(child: ChildProcess): Promise<void> {
  const timer = AbortSignal.timeout(START_TIMEOUT_MS)
  let stderr = ''
  child.stderr?.on('data', (text) => (stderr += String(text)))
  await new Promise<void>((resolve, reject) => {
    child.stdout?.once('data', () => resolve())
    child.once('close', (code) => reject(new Error(`the program ended with ${code}: ${stderr}`)))
    timer.addEventListener('abort', () => reject(new Error('the program did not start')))
  })
}

interface Ack {
  readonly n: number
  readonly at: number
}

/** Acknowledgements in the order they were written; a torn last line is left out. */
function readAcks(path: string): Ack[] {
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1)
  return lines.map((line) => {
    const [n, at] = line.split(' ').map(Number)
    return { n: n!, at: at! }
  })
}

async function examine(
  path: string,
  owed: number,
  mode: KillMode,
): Promise<Pick<KillVerdict, 'found' | 'stored' | 'faults'>> {
  const faults: string[] = []
  const expect = (isSo: boolean, fault: string): void => void (isSo || faults.push(fault))
  await using recording = openRecording(path)
  const counted = recount(path)
  expect(counted.integrity === 'ok', `integrity_check: ${counted.integrity}`)
  const ledger = await recording.ledger()
  const { state } = await recording.status()
  expect(ledger.tail === 'unknown', `tail is ${ledger.tail}`)
  expect(state === 'interrupted', `state is ${state}`)
  expect(ledger.stored === counted.events, `ledger says ${ledger.stored} stored, segments hold ${counted.events}`)
  expect(ledger.dropped === counted.missing, `ledger says ${ledger.dropped} dropped, gaps tell of ${counted.missing}`)
  expect(mode === 'pruned' || ledger.pruned === 0, `${ledger.pruned} pruned`)
  const rowTotal = ledger.rows.reduce((sum, row) => sum + row.count, 0)
  expect(ledger.produced === rowTotal, `produced ${ledger.produced} is not the sum of rows ${rowTotal}`)
  const { numbers, unproven, corrupt } = await valuesOf(path)
  expect(unproven === 0, `${unproven} values contradict themselves`)
  expect(corrupt === 0, `${corrupt} corrupt blocks`)
  const found = Math.max(0, ...numbers)
  const missing = missingOf(numbers, mode === 'pruned' ? Math.max(1, Math.min(owed, ...numbers)) : 1, owed)
  expect(missing.length === 0, `${missing.length} owed values missing, first ${missing[0]}`)
  return { found, stored: ledger.stored, faults }
}

async function valuesOf(path: string): Promise<{ numbers: ReadonlySet<number>; unproven: number; corrupt: number }> {
  await using recording = openRecording(path)
  const numbers = new Set<number>()
  let unproven = 0
  let corrupt = 0
  let cursor: string | undefined
  do {
    const page = await recording.events({ limit: 10_000, ...(cursor === undefined ? {} : { cursor }) })
    for (const { value, result } of page.items) {
      for (const held of [value, result]) {
        const check = (held as { check?: unknown } | undefined)?.check
        if (check === undefined) continue
        const n = provenNumber(check)
        if (n === undefined) unproven++
        else numbers.add(n)
      }
    }
    corrupt += page.explain.corrupt
    cursor = page.cursor
  } while (cursor !== undefined)
  return { numbers, unproven, corrupt }
}

function missingOf(numbers: ReadonlySet<number>, from: number, to: number): number[] {
  const missing: number[] = []
  for (let n = from; n <= to; n++) if (!numbers.has(n)) missing.push(n)
  return missing
}
