import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { openRecording, recordingsIn } from '../../src/recording/open-recording.ts'
import { temporaryDirectory } from '../store/directory.ts'
import { namesOf } from './kept.ts'

const HOST = fileURLToPath(new URL('./host.ts', import.meta.url))

/** Runs host.ts to its end; gives the films and the account of what it left. */
async function left(ending: string, kill?: NodeJS.Signals) {
  using directory = temporaryDirectory()
  const { NODE_OPTIONS: _unset, CINESCOPE_DISABLED: _off, ...env } = process.env
  const args = ['--conditions=@cinescope/source', HOST, ending, directory.path]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'], env })
  child.stdout.on('data', () => kill !== undefined && child.kill(kill))
  await once(child, 'close')
  const paths = recordingsIn(directory.path)
  expect(paths).toHaveLength(1)
  await using recording = openRecording(paths[0]!)
  const { items } = await recording.films()
  const early = items.filter(({ decidedEarly }) => decidedEarly).map(({ name }) => name)
  const { produced, stored, notKept, pending, tail } = await recording.ledger()
  return { films: await namesOf(recording), early, ledger: { produced, stored, notKept, pending, tail } }
}

describe('films that nothing has been decided of', () => {
  it.each(['exits', 'throws', 'runs out'])('are kept when the process %s', async (ending) => {
    // what is thrown is recorded too, outside of films
    const stored = ending === 'throws' ? 3 : 2
    expect(await left(ending)).toEqual({
      films: ['open in main'],
      early: ['open in main'],
      ledger: { produced: stored + 2, stored, notKept: 2, pending: 0, tail: 'complete' },
    })
  })

  it('are kept when a signal ends the process', async () => {
    expect((await left('signal', 'SIGTERM')).films).toEqual(['open in main'])
  })

  it('are decided by what is known of them when the scope is stopped', async () => {
    expect(await left('stops')).toEqual({
      films: [],
      early: [],
      ledger: { produced: 4, stored: 0, notKept: 4, pending: 0, tail: 'complete' },
    })
  })

  it('are gone with a process that is killed, whose recording says that its end is missing', async () => {
    expect(await left('signal', 'SIGKILL')).toEqual({
      films: [],
      early: [],
      ledger: { produced: 2, stored: 0, notKept: 2, pending: 0, tail: 'unknown' },
    })
  })

  it('are kept of threads that exit or are ended in the middle of them, and decided of the one that stops', async () => {
    const { films, early, ledger } = await left('threads')
    expect(films.toSorted()).toEqual(['open in exits', 'open in signal'])
    expect(early.toSorted()).toEqual(films.toSorted())
    expect(ledger).toMatchObject({ produced: ledger.stored + ledger.notKept, pending: 0, tail: 'complete' })
  })
})
