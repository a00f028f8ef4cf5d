/**
 * Opens recordings that may be hostile and asks each everything: `reads.ts <path>...`; paths on standard input too, one a line.
 * Prints one JSON line a path: how it went, and the largest resident size of this process so far.
 */

import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { CinescopeError } from '@cinescope/core'
import { openRecording } from '@cinescope/core/reader'
import type { OpenRecording } from '@cinescope/core/reader'

/** Errors without a code of ours are bugs. */
const seen = { codes: new Set<string>(), uncoded: new Set<string>(), corrupt: 0, answers: 0 }

async function attempt<T>(name: string, ask: () => T | Promise<T>): Promise<T | undefined> {
  try {
    const answer = await ask()
    seen.answers++
    const explain = (answer as { explain?: { corrupt: number } } | undefined)?.explain
    seen.corrupt += explain?.corrupt ?? 0
    // whatever comes out must be fit for output
    JSON.stringify(answer)
    return answer
  } catch (thrown) {
    if (thrown instanceof CinescopeError) seen.codes.add(thrown.code)
    else seen.uncoded.add(`${name}: ${thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown)}`)
    return undefined
  }
}

async function askEverything(recording: OpenRecording): Promise<void> {
  await attempt('ledger', () => recording.ledger())
  await attempt('status', () => recording.status())
  const orders = ['time', '-time', 'duration', '-duration'] as const
  let film: string | undefined
  let event: string | undefined
  for (const order of orders) {
    const films = await attempt('films', () => recording.films({ order, limit: 50 }))
    film = films?.items[0]?.id ?? film
    const events = await attempt('events', () => recording.events({ order, limit: 200 }))
    event = events?.items.find((item) => item.parent !== undefined)?.id ?? events?.items[0]?.id ?? event
  }
  await attempt('films by name', () => recording.films({ where: { name: 'ro*', minDurationMs: 0 } }))
  await attempt('films by what none has', () =>
    recording.films({ where: { status: 999, marked: true }, order: 'time' }),
  )
  await attempt('films by name that none has', () =>
    recording.films({ where: { name: 'no such*' }, order: '-duration' }),
  )
  await attempt('events by attribute', () => recording.events({ where: { attributes: { 'check.n': 3 }, site: '*' } }))
  await attempt('film by prefix', () => recording.film((film ?? '0000').slice(0, 6)))
  await attempt('film', () => recording.film(film ?? '0123456789abcdef'))
  const trace = await attempt('filmsOfTrace', () => recording.filmsOfTrace('0af7651916cd43dd8448eb211c80319c' as never))
  void trace
  for (const id of [event ?? '0123456789abcdef', film ?? 'fedcba9876543210']) {
    await attempt('event', () => recording.event(id))
    await attempt('parentsOf', () => recording.parentsOf(id))
    await attempt('childrenOf', () => recording.childrenOf(id))
    await attempt('causesOf', () => recording.causesOf(id))
    await attempt('effectsOf', () => recording.effectsOf(id))
    await attempt('pathBetween', () => recording.pathBetween(id, event ?? '0123456789abcdef'))
    await attempt('concurrentWith', () => recording.concurrentWith(id))
    await attempt('story', () => recording.story(id))
  }
  const node = (await attempt('status', () => recording.status()))?.process.node ?? ''
  await attempt('stateAt', () => recording.stateAt({ kind: 'counter', scope: node, id: 'c1' }))
  await attempt('stateAt of none', () => recording.stateAt({ kind: 'no', scope: 'such', id: 'entity' }))
  await attempt('stream', async () => {
    let events = 0
    for await (const _event of recording.stream({ limit: 500 })) if (++events >= 5000) break
    return events
  })
}

async function read(path: string): Promise<void> {
  seen.codes.clear()
  seen.uncoded.clear()
  seen.corrupt = 0
  seen.answers = 0
  const started = performance.now()
  const recording = await attempt('open', () => openRecording(path))
  if (recording !== undefined) {
    await askEverything(recording)
    await attempt('close', () => recording.close())
  }
  const line = {
    path,
    opened: recording !== undefined,
    codes: [...seen.codes],
    uncoded: [...seen.uncoded],
    corrupt: seen.corrupt,
    answers: seen.answers,
    elapsedMs: Math.round(performance.now() - started),
    maxRssMb: Math.round(process.resourceUsage().maxRSS / 1024),
  }
  if (!process.stdout.write(`${JSON.stringify(line)}\n`)) await once(process.stdout, 'drain')
}

for (const path of process.argv.slice(2)) await read(path)
if (process.argv.length === 2) for await (const path of createInterface({ input: process.stdin })) await read(path)
