/**
 * Reads a live recording as somebody does who leaves it open: a tail, a seeker and questions that go on from what came in, until its
 * standard input ends: `open-reader.ts <path>`; tells what it asked, and what memory it took after each round.
 */

import { openRecording } from '@cinescope/core/reader'
import { CinescopeError } from '@cinescope/protocol'

const recording = openRecording(process.argv[2] ?? '')
const end = new AbortController()
process.stdin.on('end', () => end.abort()).resume()
const rss: number[] = []
let questions = 0
let corrupt = 0

const tailed = tail()
while (!end.signal.aborted) {
  await round()
  globalThis.gc?.()
  rss.push(process.memoryUsage.rss())
  await new Promise((resolve) => setImmediate(resolve))
}
const told = { questions, corrupt, rss, tailed: await tailed }
await recording.close()
process.stdout.write(JSON.stringify(told))

async function tail(): Promise<number> {
  let events = 0
  for await (const _event of recording.tail({}, { signal: end.signal })) events++
  return events
}

/** One look at everything that is there. */
async function round(): Promise<void> {
  const found = await recording.events({ where: { text: '0.7' }, limit: 50, order: '-time' })
  corrupt += found.explain.corrupt
  const { items } = await recording.films({ limit: 20, order: '-time' })
  await recording.aggregate({ by: 'site', perMs: 1000 })
  await recording.aggregate({ by: 'entity' })
  await recording.tiles({ width: 1000 })
  await recording.ledger()
  questions += 6
  for (const { id } of items.slice(0, 3)) await unlessPruned(() => recording.film(id))
  await unlessPruned(async () => {
    const seeker = await recording.seek(undefined, { from: 'end' })
    for (let step = 0; step < 5; step++) await seeker.back(100)
    await seeker.to('start')
    for (let step = 0; step < 5; step++) await seeker.forward(100)
  })
  const entity = found.items.find(({ subject }) => subject !== undefined)?.subject
  if (entity === undefined) return
  await unlessPruned(() => recording.stateAt(entity))
  await unlessPruned(() => recording.history(entity, { limit: 50, order: '-time' }))
}

/** What retention has removed since it was named is no fault. */
async function unlessPruned(ask: () => Promise<unknown>): Promise<void> {
  questions++
  try {
    await ask()
  } catch (thrown) {
    if (!(thrown instanceof CinescopeError && ['CSC_ERR_NOT_FOUND', 'CSC_ERR_PRUNED'].includes(thrown.code)))
      throw thrown
  }
}
