/**
 * `npm run demo`: a recorded server, real traffic, its films read by other processes while it still writes, and a check of it all.
 *
 * With --keep the recording stays where it is.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openRecording } from '@cinescope/core/reader'
import { check, type Verdict } from './demo/checks.ts'
import { cinescope } from './demo/cinescope.ts'
import { Client } from './demo/client.ts'
import { costLines } from './demo/cost.ts'
import { startServer } from './demo/server-process.ts'
import { keepBusy, OVERLAPPING, sendAlone, sendMixed, sendOrder, sendOverlapping } from './demo/traffic.ts'

const keeps = process.argv.includes('--keep')
const directory = mkdtempSync(join(tmpdir(), 'cinescope-demo-'))
try {
  const verdict = await demonstrate()
  report(verdict)
} catch (error) {
  console.log(`demo: failed, ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
} finally {
  if (keeps) console.error(`The recording is kept in ${directory}`)
  else rmSync(directory, { recursive: true, force: true })
}

async function demonstrate(): Promise<Verdict> {
  heading('A server, and traffic')
  const server = await startServer(directory)
  const client = new Client(server.port)
  try {
    print(`An Express 5 order service listens on port ${server.port} and is recorded.`)
    await sendMixed(client)
    const alone = await sendAlone(client)
    print(`Sent ${client.sent} requests: good ones, a slow one, bad ones, one that fails, one whose client hangs up.`)
    const overlapping = await sendOverlapping(client)
    print(`Sent ${OVERLAPPING} more at the same time. The server goes on serving while we look at its films.`)
    await sendOrder(client, 10)
    const rest = keepBusy(client)
    await shown(server.path, client.sent)
    await look(server.path)
    await rest()
    const produced = await server.stop()
    return await check({ path: server.path, sent: client.sent, produced, alone, overlapping })
  } finally {
    client.close()
    server.kill()
  }
}

/** Everything that is shown is read by other processes, while the server writes. */
async function look(path: string): Promise<void> {
  heading('The films: one a request')
  await show('films', directory, '--sort', 'time', '--limit', '10')
  heading('One film: what happened in it, when, and for how long')
  await show('film', await idOf('--name', 'POST /orders', '--status', '201'), directory)
  heading('The slowest films')
  await show('films', directory, '--sort', '-duration', '--limit', '5')
  heading('The films that failed, and one of them')
  await show('films', directory, '--error')
  await show('film', await idOf('--error'), directory)
  heading('The ledger: what became of every event')
  await show('ledger', directory)
  heading('What Cinescope cost')
  for (const line of await costLines(path)) print(line)
}

/** Runs a command line and prints it with what it says. */
async function show(...args: readonly string[]): Promise<void> {
  const output = await cinescope(...args)
  print(`\n$ cinescope ${args.filter((arg) => arg !== directory).join(' ')}`)
  print(output.trimEnd())
}

async function idOf(...filter: readonly string[]): Promise<string> {
  const line = await cinescope('films', directory, ...filter, '--limit', '1', '--ndjson')
  return String((JSON.parse(line) as { id: unknown }).id)
}

/** Waits until the films of all requests sent so far can be read; events take 250 ms at most. */
async function shown(path: string, films: number): Promise<void> {
  await using recording = openRecording(path)
  for (const deadline = Date.now() + 3000; Date.now() < deadline; await sleep(50)) {
    const { items } = await recording.films({ limit: 10_000 })
    if (items.filter(({ durationNs }) => durationNs !== undefined).length >= films) return
  }
  throw new Error(`after 3 s there are fewer than ${films} films in the recording`)
}

function report({ films, produced, stored, notStored, failures }: Verdict): void {
  heading('The check')
  for (const failure of failures.slice(0, 20)) print(`wrong: ${failure}`)
  if (failures.length === 0) {
    print(
      `Each request has its film. The ${OVERLAPPING} that overlapped have their own events and the right parents, each.`,
    )
    print(
      'The events counted in the stored rows are those that the ledger states; the secrets that were sent are in none.',
    )
    console.log(`\ndemo: ok, ${films} films, ${produced} events = ${stored} stored + ${notStored} not stored`)
    return
  }
  console.log(`\ndemo: failed, ${failures.length} ${failures.length === 1 ? 'check does' : 'checks do'} not hold`)
  process.exitCode = 1
}

function heading(text: string): void {
  console.log(`\n== ${text}`)
}

function print(text: string): void {
  console.log(text)
}
