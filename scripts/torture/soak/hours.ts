/** Four hours on a clock that is moved by hand, one step of 100 ms after another, a reader asking all the while. */

import { statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { seq as seqOf, spanIdOf } from '@cinescope/protocol'
import { openRecording, type OpenRecording } from '@cinescope/core/reader'
import { chance } from '../../../packages/core/test/badluck/chance.ts'
import { checkValue } from '../../../packages/core/test/badluck/check-value.ts'
import { recount } from '../../../packages/core/test/badluck/recount.ts'
import { createRig, type Rig } from './rig.ts'
import { type LongSpan, type Mark, SoakTraffic, STEP_MS } from './traffic.ts'

/** How long, and by what chance. */
export interface HoursOrder {
  readonly directory: string
  readonly wholeMs: number
  readonly seed: number
  tell(line: string): void
}

/** What came of it. */
export interface HoursResult {
  readonly figures: string
  readonly faults: readonly string[]
}

/** So many events before 2^32 is the first one. */
const BEFORE_WRAP = 300_000
const FIRST_SEQ = 2 ** 32 - BEFORE_WRAP
const MAX_BYTES = 8_388_608
/** What eight commits may write before retention has its turn. */
const CAP_SLACK = 4_194_304
const LOOK_EVERY_STEPS = 600
const RECOUNT_EVERY_LOOKS = 60
/** Of marks that are looked for. */
const RECENT = 500
/** Between a reading of the clock and the next it is slewed by this much at most. */
const SAME_MS = 2

/** Of a row of names: its text, and about what SQLite adds. */
const NAME_BYTES = 'octet_length(text) + 12'

/** Runs it. */
export async function soakHours({ directory, wholeMs, seed, tell }: HoursOrder): Promise<HoursResult> {
  const rig = createRig(directory, MAX_BYTES, FIRST_SEQ)
  const random = chance(seed)
  const traffic = new SoakTraffic(rig, random)
  await using recording = openRecording(rig.path)
  const look = new Look(rig, traffic, recording, random)
  traffic.openLongSpans(wholeMs)
  for (let looks = 0; rig.clock.now() < wholeMs;) {
    traffic.step()
    const ended = traffic.endLongSpans()
    rig.turn()
    for (const span of ended) await look.atEnded(span)
    if (traffic.steps % LOOK_EVERY_STEPS !== 0) continue
    await look.atAll()
    if (++looks % RECOUNT_EVERY_LOOKS !== 0) continue
    look.recount()
    tell(
      `${(rig.clock.now() / 3_600_000).toFixed(1)} h: ${rig.recorder.seq - FIRST_SEQ} events, ${look.faults.length} faults`,
    )
  }
  await look.atAll()
  rig.finish()
  look.recount()
  return { figures: figuresOf(rig, traffic, look, wholeMs), faults: look.faults }
}

function figuresOf({ path, recorder, sites, keys }: Rig, traffic: SoakTraffic, look: Look, wholeMs: number): string {
  using database = new DatabaseSync(path, { readOnly: true })
  const count = (sql: string): number => Number(database.prepare(sql).get()?.['n'])
  const last = count('SELECT max(seq) AS n FROM sqlite_sequence')
  const entities = count('SELECT count(*) AS n FROM entity')
  const names = count(`SELECT sum(${NAME_BYTES}) AS n FROM (SELECT kind || scope || id AS text FROM entity
    UNION ALL SELECT text FROM key UNION ALL SELECT name || coalesce(framework, '') FROM site)`)
  const events = recorder.seq - FIRST_SEQ
  return [
    `${(wholeMs / 3_600_000).toFixed(2)} h in steps of ${STEP_MS} ms: ${events} events, seq ${FIRST_SEQ + 1} to ${recorder.seq}`,
    `${last} segments and tails, ${look.looks} looks, ${traffic.clockSteps} steps of the wall clock`,
    `retention went round ${(look.pruned / Math.max(1, events - look.pruned)).toFixed(1)} times, ${look.mostBytes} bytes at most of ${MAX_BYTES}`,
    `${traffic.churned} entities came and went, ${entities} are in the file`,
    `${keys.size} keys and ${sites.size} sites known; names of all take some ${names} bytes, which retention does not free`,
    `${sites.overflowed} sites and ${keys.overflowed} keys beyond their tables, ${look.longSpans} long spans closed`,
  ].join('; ')
}

class Look {
  readonly faults: string[] = []
  looks = 0
  pruned = 0
  mostBytes = 0
  longSpans = 0
  readonly #rig: Rig
  readonly #traffic: SoakTraffic
  readonly #recording: OpenRecording
  readonly #random: () => number

  constructor(rig: Rig, traffic: SoakTraffic, recording: OpenRecording, random: () => number) {
    this.#rig = rig
    this.#traffic = traffic
    this.#recording = recording
    this.#random = random
  }

  /** What must hold at any time. */
  async atAll(): Promise<void> {
    this.looks++
    await this.#atLedger()
    const recent = this.#traffic.marks.slice(-RECENT)
    await this.#atMark(recent.at(-1)!)
    await this.#atMark(recent[Math.floor(this.#random() * recent.length)]!)
    await this.#atState(Math.floor(this.#random() * this.#traffic.states.length))
    const page = await this.#recording.events({ limit: 50, order: '-time' })
    this.#expect(page.explain.corrupt === 0, `${page.explain.corrupt} corrupt blocks`)
    for (const { message } of this.#rig.takeFaults()) this.faults.push(`the writer reports: ${message}`)
  }

  /** A span whose begin was written hours ago. */
  async atEnded({ seq, sinceNs, n }: LongSpan): Promise<void> {
    this.longSpans++
    const event = await this.#recording.event(this.#id(seq))
    const lasted = this.#rig.clock.now() * 1e6 - sinceNs
    const is = `the span that was open for ${(lasted / 3.6e12).toFixed(2)} h`
    this.#expect(!event.open && event.durationNs === Math.round(lasted), `${is} has lasted ${event.durationNs} ns`)
    this.#expect(isSame(event.value, { check: checkValue(n) }), `${is} has lost its begin value`)
    this.#expect(isSame(event.result, { check: checkValue(n + 100) }), `${is} has lost its result`)
  }

  /** The file itself against the ledger. */
  recount(): void {
    using database = new DatabaseSync(this.#rig.path, { readOnly: true })
    const row = database.prepare("SELECT sum(count) AS n FROM ledger WHERE reason = 'stored'").get()
    const { events, integrity } = recount(this.#rig.path)
    this.#expect(
      events === Number(row?.['n']),
      `the ledger says ${String(row?.['n'])} stored, the file holds ${events}`,
    )
    this.#expect(integrity === 'ok', `integrity_check: ${integrity}`)
  }

  async #atLedger(): Promise<void> {
    const ledger = await this.#recording.ledger()
    const offered = this.#rig.recorder.seq - FIRST_SEQ
    this.pruned = ledger.pruned
    this.#expect(ledger.produced === offered, `${offered} events were offered, the ledger says ${ledger.produced}`)
    this.#expect(ledger.dropped === 0, `${ledger.dropped} events were dropped`)
    const bytes = statSync(this.#rig.path).size
    this.mostBytes = Math.max(this.mostBytes, bytes)
    this.#expect(bytes <= MAX_BYTES + CAP_SLACK, `the recording is ${bytes} bytes`)
  }

  async #atMark({ seq, wallMs, n }: Mark): Promise<void> {
    const event = await this.#recording.event(this.#id(seq))
    this.#expect(isSame(event.value, { check: checkValue(n) }), `film ${n} has another's value`)
    this.#expect(isSame(event.result, { check: checkValue(n + 1) }), `film ${n} has another's result`)
    const apart = event.at - wallMs
    this.#expect(Math.abs(apart) <= SAME_MS, `film ${n} is dated ${apart} ms off`)
  }

  async #atState(which: number): Promise<void> {
    const state = this.#traffic.states[which]
    if (state === undefined) return
    // the index is below the number of both
    const read = await this.#recording.stateAt(this.#traffic.entities[which]!)
    this.#expect(
      isSame(read?.state, state),
      `entity ${which} is ${JSON.stringify(read?.state)}, not ${JSON.stringify(state)}`,
    )
  }

  #id(seq: number): string {
    return spanIdOf(this.#rig.node, { thread: 0, seq: seqOf(seq) })
  }

  #expect(isSo: boolean, fault: string): void {
    if (!isSo) this.faults.push(`after ${(this.#rig.clock.now() / 3_600_000).toFixed(3)} h: ${fault}`)
  }
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
