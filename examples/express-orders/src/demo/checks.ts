/** What must hold of the recording; each check that does not gives a line that says how. */

import type { CinescopeEvent, Film, OpenRecording } from '@cinescope/core'
import { openRecording } from '@cinescope/core/reader'
import type { TraceId } from '@cinescope/protocol'
import type { Sent } from './client.ts'
import { countStored } from './count-stored.ts'
import { SECRETS } from './traffic.ts'

/** What the demo knows from its own side of the wire. */
export interface Expected {
  /** File of the closed recording. */
  readonly path: string
  /** Requests sent. */
  readonly sent: number
  /** Events that the server's probes offered. */
  readonly produced: number
  readonly alone: Sent
  readonly overlapping: readonly Sent[]
}

/** The account, and what is wrong. */
export interface Verdict {
  readonly films: number
  readonly produced: number
  readonly stored: number
  readonly notStored: number
  readonly failures: readonly string[]
}

/** Checks a closed recording against what was sent. */
export async function check(expected: Expected): Promise<Verdict> {
  const failures: string[] = []
  const expect = (holds: boolean, failure: string): void => void (holds || failures.push(failure))
  const rows = countStored(expected.path)
  await using recording = openRecording(expected.path)
  const { produced, stored, pruned, dropped, sampledOut, notKept, notExtracted, pending, tail } =
    await recording.ledger()
  const notStored = pruned + dropped + sampledOut + notKept + notExtracted + pending
  expect(tail === 'complete', `the tail of the ledger is ${tail}`)
  expect(produced === expected.produced, `${expected.produced} events were offered, the ledger says ${produced}`)
  expect(stored === rows.events, `the rows hold ${rows.events} events, the ledger says ${stored} stored`)
  expect(produced === stored + notStored, `${produced} produced is not ${stored} stored + ${notStored} not stored`)
  expect(rows.films === expected.sent, `${expected.sent} requests were sent, ${rows.films} films are stored`)
  const text = await everything(recording)
  expect(!SECRETS.some((secret) => text.includes(secret)), 'a secret is in the recording')
  failures.push(...(await checkOverlapping(recording, expected)))
  return { films: rows.films, produced, stored, notStored, failures }
}

/** Each of the overlapping films looks like the one that nothing overlapped, and holds its own user's data and no other's. */
async function checkOverlapping(recording: OpenRecording, { alone, overlapping }: Expected): Promise<string[]> {
  const pattern = shapeOf(await filmOf(recording, alone))
  const failures = overlapping.length === 0 ? ['no requests overlapped'] : checkPattern(pattern)
  for (const [index, sent] of overlapping.entries()) {
    const film = await filmOf(recording, sent)
    const user = 1000 + index
    const wrong = film === undefined ? 'there is none' : checkFilm(film, pattern, user)
    if (wrong !== undefined) failures.push(`the film of user ${user}: ${wrong}`)
  }
  return failures
}

async function filmOf(recording: OpenRecording, { traceId }: Sent): Promise<Film | undefined> {
  const [first, ...others] = await recording.filmsOfTrace(traceId as TraceId)
  return first === undefined || others.length > 0 ? undefined : recording.film(first.id)
}

/** The pattern itself is right: what the handler did is inside the handler, what a look-up did inside the look-up. */
function checkPattern(pattern: readonly string[]): string[] {
  const links = ['handler showPost > span db.user', 'handler showPost > span db.post', 'span db.user > log log']
  return links.filter((link) => !pattern.includes(link)).map((link) => `a film lacks ${link}`)
}

function checkFilm(film: Film, pattern: readonly string[], user: number): string | undefined {
  const { summary, events } = film
  const shape = shapeOf(film)
  const strange = shape.find((link, index) => link !== pattern[index])
  if (strange !== undefined || shape.length !== pattern.length) {
    return `${shape.length} events, expected ${pattern.length}; first difference: ${strange ?? 'its end'}`
  }
  if (summary.status !== 200 || summary.durationNs === undefined) return `status ${summary.status}, not 200`
  if (events.some((event) => event.film !== summary.id)) return 'it holds an event of another film'
  if (events.some((event) => event.open)) return 'a span has no end'
  if (events.some((event) => isOfProgram(event) && event.parentCertainty !== 'known')) return 'a parent is not known'
  const users = events.flatMap(({ value }) => usersIn(value))
  return users.length === 2 && users.every((each) => each === user)
    ? undefined
    : `it speaks of users ${users.join(', ')}`
}

/** `parent > child` for each event, sorted: what must be the same for two runs of one route. */
function shapeOf(film: Film | undefined): string[] {
  if (film === undefined) return []
  const byId = new Map(film.events.map((event) => [event.id, event]))
  const name = (event: CinescopeEvent | undefined): string =>
    event === undefined ? '-' : `${event.kind} ${event.name}`
  return film.events
    .filter(isOfProgram)
    .map((event) => `${name(event.parent === undefined ? undefined : byId.get(event.parent))} > ${name(event)}`)
    .toSorted()
}

/** Where the machine is slow a film is told that the loop was blocked, and its parent is inferred: that is no event of the program. */
function isOfProgram({ kind }: CinescopeEvent): boolean {
  return kind !== 'metric'
}

/** Users that an attribute or a log line names. */
function usersIn(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return []
  const members = value as Readonly<Record<string, unknown>>
  return [members['user.id'], members['uid']].filter((each) => each !== undefined)
}

/** All events with their values as text. */
async function everything(recording: OpenRecording): Promise<string> {
  const parts: string[] = []
  for await (const event of recording.stream({ limit: 1000 })) parts.push(JSON.stringify(event))
  return parts.join('\n')
}
