import { describe, expect, it } from 'vitest'
import { openRecording, recordingsIn } from '@cinescope/core/reader'
import { type Outcome, runProgram, temporaryDirectory } from '../programs.ts'
import { recount } from '../recount.ts'

interface Ending {
  readonly scenario: string
  readonly recordings: number
  readonly events: number
  readonly end: Pick<Outcome, 'code' | 'signal'>
}

const EXITED = { code: 0, signal: null }
const TERMINATED = { code: null, signal: 'SIGTERM' } as const

const ENDINGS: readonly Ending[] = [
  { scenario: 'exit at once', recordings: 1, events: 150, end: EXITED },
  { scenario: 'the natural end', recordings: 1, events: 150, end: EXITED },
  { scenario: 'stop, then exit without waiting', recordings: 1, events: 150, end: EXITED },
  { scenario: 'two scopes, a signal', recordings: 2, events: 150, end: TERMINATED },
  { scenario: 'one scope stopped, a signal', recordings: 2, events: 150, end: TERMINATED },
  { scenario: 'an uncaught error', recordings: 1, events: 151, end: { code: 1, signal: null } },
]

describe('how a program ends', () => {
  it.for(ENDINGS)('$scenario: every event is in a closed recording', async ({ scenario, recordings, events, end }) => {
    await using directory = await temporaryDirectory()
    const { code, signal } = await runProgram('lifecycle', [scenario, directory.path], 20_000)
    expect({ code, signal }).toEqual(end)
    const paths = recordingsIn(directory.path)
    const found = []
    for (const path of paths) {
      await using recording = openRecording(path)
      const ledger = await recording.ledger()
      found.push({ tail: ledger.tail, stored: ledger.stored, counted: recount(path).events, pending: ledger.pending })
    }
    expect(found).toEqual(Array(recordings).fill({ tail: 'complete', stored: events, counted: events, pending: 0 }))
  })

  it('a flush asked for while another is under way is waited for by the process', async () => {
    await using directory = await temporaryDirectory()
    const { code, stdout } = await runProgram('lifecycle', ['two flushes', directory.path], 20_000)
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'both flushed\n' })
  })
})
