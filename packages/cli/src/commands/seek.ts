/** `cinescope seek`: steps through a recording. */

import type { Frame, SeekFrom, SeekTarget, Seeker } from '@cinescope/core'
import { CinescopeError, wallMs } from '@cinescope/protocol'
import type { Call, Command } from '../base/command.ts'
import { asked, ENTITY_OPTIONS, openEntity, type OpenedEntity } from '../base/entities.ts'
import { EXIT, type ExitCode, usageError } from '../base/exit-code.ts'
import { interrupted } from '../base/interrupt.ts'
import { isAtTerminal, type KeyName, keys } from '../base/keys.ts'
import { openAt, openFilm, type Opened, origin } from '../base/recordings.ts'
import { frameLines } from '../format/frame-lines.ts'
import type { Screen } from '../format/screen.ts'
import { type Line, styled } from '../format/styled.ts'

const FAR = 20
const FARTHER = 500

/** See the file's first line. */
export const seek: Command = {
  name: 'seek',
  about: [
    'Goes through a recording step by step, forward and back: a step is the begin of a span, its end, or a point. At each\nstep it shows what had happened by then and no more: spans under way, states of entities, messages on their way.',
    'At a terminal it listens to keys: → and ← one step, PgDn and PgUp 20, } and { 500, g the first step, G the last,\nq ends. Otherwise, and with --once, it prints the frame it was told to go to.',
  ],
  operands: [{ name: 'PATH' }],
  options: {
    film: { kind: 'text', value: 'ID', help: 'only what belongs to this film' },
    entity: { kind: 'text', value: 'KIND/ID', help: 'only what concerns this entity: order/17', not: 'film' },
    at: { kind: 'time', value: 'TIME', help: 'begin with the last step at or before this instant' },
    end: { kind: 'flag', help: 'begin with the last step, otherwise with the first', not: 'at' },
    forward: { kind: 'integer', value: 'N', from: 1, to: 10_000, help: 'so many steps on from there' },
    back: { kind: 'integer', value: 'N', from: 1, to: 10_000, help: 'so many steps back from there', not: 'forward' },
    limit: { kind: 'integer', value: 'N', from: 0, to: 1000, help: 'spans and states shown of each, 20 if not told' },
    once: { kind: 'flag', help: 'print one frame and end' },
    ...ENTITY_OPTIONS,
  },
  examples: [
    ['seek --film 3fa9c2d4', 'through one film'],
    ['seek --entity order/17 --end', 'from the last that happened to an order'],
    ['seek --at 14:30:05.250 --once --json', 'all there was at an instant, for a program'],
  ],
  run: runSeek,
}

async function runSeek(call: Call): Promise<ExitCode> {
  const { given, screen } = call
  const { opened, over } = await openWanted(call)
  await using recording = opened.recording
  const limit = given.number('limit')
  const taken = recording.seek(over, { from: fromOf(given), ...(limit === undefined ? {} : { limit }) })
  const seeker = await ('entity' in opened ? asked(taken, opened) : taken)
  const steps = given.number('forward') ?? -(given.number('back') ?? 0)
  if (steps !== 0) await seeker.forward(steps)
  if (seeker.frame === undefined)
    throw new CinescopeError('CSC_ERR_NOT_FOUND', `there is nothing to step through in ${opened.path}`)
  if (screen.format !== 'table') screen.json({ recording: origin(opened, await recording.status()), ...seeker.frame })
  else if (given.flag('once') || !isAtTerminal()) screen.print(...frameLines(seeker.frame, screen.width))
  else await walk(seeker, screen)
  return EXIT.ok
}

/** What is gone through, and in which recording. */
interface Wanted {
  readonly opened: Opened | OpenedEntity
  readonly over: SeekTarget
}

async function openWanted(call: Call): Promise<Wanted> {
  const { operands, given, screen } = call
  const [film, entity] = [given.text('film'), given.text('entity')]
  if (film !== undefined) return { opened: await openFilm(film, operands[0], screen), over: { kind: 'film', id: film } }
  if (entity === undefined) return { opened: await openAt(operands[0], { screen }), over: { kind: 'recording' } }
  const slash = entity.indexOf('/')
  if (slash < 1)
    throw usageError(`--entity is '${entity.slice(0, 60)}'; it must be a kind, a slash and an id: order/17`)
  const opened = await openEntity(call, { kind: entity.slice(0, slash), id: entity.slice(slash + 1) }, operands[0])
  return { opened, over: { kind: 'entity', entity: opened.entity } }
}

function fromOf(given: Call['given']): SeekFrom {
  const at = given.number('at')
  if (at !== undefined) return { at: wallMs(at) }
  return given.flag('end') ? 'end' : 'start'
}

/** Follows the keys until one says that it is enough. */
async function walk(seeker: Seeker, screen: Screen): Promise<void> {
  using interrupt = interrupted()
  const show = (note?: string): void => draw(seeker.frame, screen, note)
  show()
  for await (const key of keys(interrupt.signal)) {
    const before = seeker.frame
    const go = MOVES[key]
    if (go !== undefined) await go(seeker)
    else if (key === 'q' || key === 'escape' || key === 'ctrl-c' || key === 'ctrl-d') return
    show(go !== undefined && seeker.frame === before ? 'there are not so many steps that way' : undefined)
  }
}

const MOVES: Readonly<Record<KeyName, (seeker: Seeker) => Promise<unknown>>> = {
  right: (seeker) => seeker.forward(),
  l: (seeker) => seeker.forward(),
  space: (seeker) => seeker.forward(),
  left: (seeker) => seeker.back(),
  h: (seeker) => seeker.back(),
  backspace: (seeker) => seeker.back(),
  pagedown: (seeker) => seeker.forward(FAR),
  down: (seeker) => seeker.forward(FAR),
  j: (seeker) => seeker.forward(FAR),
  pageup: (seeker) => seeker.back(FAR),
  up: (seeker) => seeker.back(FAR),
  k: (seeker) => seeker.back(FAR),
  '}': (seeker) => seeker.forward(FARTHER),
  '{': (seeker) => seeker.back(FARTHER),
  g: (seeker) => seeker.to('start'),
  home: (seeker) => seeker.to('start'),
  G: (seeker) => seeker.to('end'),
  end: (seeker) => seeker.to('end'),
}

function draw(frame: Frame | undefined, screen: Screen, note: string | undefined): void {
  if (frame === undefined) return
  const help: Line = [styled('dim', '→ ← step   PgDn PgUp 20   } { 500   g first   G last   q ends')]
  screen.redraw(help, note === undefined ? [] : [styled('yellow', note)], ...frameLines(frame, screen.width))
}
