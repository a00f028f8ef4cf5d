/** One server under load, its memory looked at again and again while no request is under way. */

import { statSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { startChild } from '../child.ts'
import type { Load } from './load-process.ts'
import type { Sample, Stopped } from './server-process.ts'

/** How much, and of what. */
export interface ServeOrder {
  readonly arm: 'bare' | 'recorded'
  readonly requests: number
  /** Looks at the memory on the way; a multiple of ten, or less than ten. */
  readonly rounds: number
  readonly directory: string
  readonly maxBytes: number
  tell(line: string): void
}

/** What was seen. */
export interface Served {
  /** Before the first request, then after each round. */
  readonly samples: readonly Sample[]
  readonly sent: number
  readonly wrong: number
  readonly stopped: Stopped
  /** The most that recording and log were, in bytes. */
  readonly mostBytes: { readonly recording: number; readonly log: number }
}

const CONNECTIONS = 32
const LOOK_EVERY_MS = 100

/** Runs it. */
export async function serve(order: ServeOrder): Promise<Served> {
  const { arm, requests, rounds, directory, maxBytes, tell } = order
  await using server = startChild('server', [arm, directory, String(maxBytes)], ['--expose-gc'])
  // the child tells a port, samples and last words, in that order
  const { port } = (await server.told()) as { readonly port: number }
  await using load = startChild('load', [String(port), String(CONNECTIONS)])
  using watch = watchBytes(arm === 'recorded' ? directory : undefined)
  const samples = [(await server.ask('sample')) as Sample]
  let sent = 0
  let wrong = 0
  for (let round = 1; round <= rounds; round++) {
    const done = (await load.ask(Math.round((requests * round) / rounds) - sent)) as Load
    sent += done.answered + done.aborted
    wrong += done.wrong
    samples.push(await settled(server, sent))
    const { rss, heapUsed } = samples.at(-1)!
    if (round % Math.ceil(rounds / 10) === 0) tell(`${arm}: ${sent} requests, rss ${mb(rss)}, heap ${mb(heapUsed)}`)
  }
  return { samples, sent, wrong, stopped: (await server.ask('stop')) as Stopped, mostBytes: watch.most }
}

/** A sample once every request that was sent has arrived: those that were cut off may come late, or not at all. */
async function settled(server: { ask(message: string): Promise<unknown> }, sent: number): Promise<Sample> {
  let sample = (await server.ask('sample')) as Sample
  for (let last = -1; sample.requests < sent && sample.requests > last;) {
    last = sample.requests
    sample = (await server.ask('sample')) as Sample
  }
  return sample
}

/** In MB, for people. */
export function mb(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MB`
}

interface Watch extends Disposable {
  readonly most: { recording: number; log: number }
}

/** Looks at the files all the while. */
function watchBytes(directory: string | undefined): Watch {
  const most = { recording: 0, log: 0 }
  const end = new AbortController()
  const look = async (place: string): Promise<void> => {
    while (!end.signal.aborted) {
      for (const name of await readdir(place).catch(() => [])) {
        const size = statSync(join(place, name), { throwIfNoEntry: false })?.size ?? 0
        if (name.endsWith('.cine')) most.recording = Math.max(most.recording, size)
        if (name.endsWith('.cine-wal')) most.log = Math.max(most.log, size)
      }
      await setTimeout(LOOK_EVERY_MS, undefined, { signal: end.signal }).catch(() => undefined)
    }
  }
  if (directory !== undefined) void look(directory)
  return { most, [Symbol.dispose]: () => end.abort() }
}
