/** `cinescope diff`: how two films differ. */

import type { DiffOptions, Divergence, FilmDiff, FilmSummary } from '@cinescope/core'
import type { Call, Command } from '../base/command.ts'
import { EXIT, type ExitCode } from '../base/exit-code.ts'
import { openFilm, origin } from '../base/recordings.ts'
import { divergenceLines } from '../format/divergence.ts'
import { filmOutcome } from '../format/outcome.ts'
import { type Line, type Style, styled } from '../format/styled.ts'
import { count, counted, dateOf, duration, timeOfDay } from '../format/units.ts'

/** See the file's first line. */
export const diff: Command = {
  name: 'diff',
  about: [
    'A and B are ids as `cinescope film` takes them, of two films of one recording.',
    'Spans and points of the two are set against each other by what they are inside of, their kind, name and order.\nListed is where they part, in order of what happened: the first line is the first divergence, the rest came after it.\n`-` is only in A, `+` is only in B, `~` is in both and differs. That one took longer is no difference.',
  ],
  operands: [{ name: 'A', required: true }, { name: 'B', required: true }, { name: 'PATH' }],
  options: {
    outline: { kind: 'flag', help: 'compare what happened and how it ended, no values' },
    limit: { kind: 'integer', value: 'N', from: 1, to: 10_000, help: 'divergences to list, 100 unless told otherwise' },
  },
  examples: [
    ['diff 3fa9c2d4 9be01f77', 'where the two part'],
    ['diff 3fa9c2d4 9be01f77 --outline', 'the same, whatever values they had'],
    ['diff 3fa9c2d4 9be01f77 --ndjson', 'one divergence a line'],
  ],
  run: runDiff,
}

async function runDiff({ operands, given, screen }: Call): Promise<ExitCode> {
  const [a = '', b = '', path] = operands
  const opened = await openFilm(a, path, screen)
  await using recording = opened.recording
  const found = await recording.diffFilms(opened.film.summary.id, b, optionsOf(given))
  if (screen.format === 'ndjson') {
    for (const divergence of found.divergences) screen.json(divergence)
    return EXIT.ok
  }
  if (screen.format === 'json') {
    screen.json({ recording: origin(opened, await recording.status()), ...found })
    return EXIT.ok
  }
  screen.print(
    filmLine('A', 'red', found.a),
    filmLine('B', 'green', found.b),
    [styled('dim', totals(found))],
    ...body(found.divergences, screen.width),
  )
  if (found.truncated)
    screen.note('this is not all: a longer list may be had by --limit, or the films were too long or too different')
  return EXIT.ok
}

function optionsOf(given: Call['given']): DiffOptions {
  const limit = given.number('limit')
  return { values: !given.flag('outline'), ...(limit === undefined ? {} : { limit }) }
}

function filmLine(letter: string, style: Style, film: FilmSummary): Line {
  const took = film.durationNs === undefined ? '' : `  ${duration(film.durationNs)}`
  const began = `  film ${film.id}  began ${dateOf(film.at)} ${timeOfDay(film.at)}`
  return [
    styled(style, letter),
    '  ',
    styled('bold', film.name),
    '  ',
    ...filmOutcome(film),
    took,
    styled('dim', began),
  ]
}

function totals({ same, changed, onlyInA, onlyInB, uncompared }: FilmDiff): string {
  const unread =
    uncompared === 0 ? '' : `; values of ${counted(uncompared, 'pair')} are not there and were not compared`
  return `spans and points: ${count(same)} alike, ${count(changed)} changed, ${count(onlyInA)} only in A, ${count(onlyInB)} only in B${unread}`
}

function body([first, ...downstream]: readonly Divergence[], width: number): Line[] {
  if (first === undefined) return [[], [styled('green', 'no difference')]]
  const after: Line[] = downstream.length === 0 ? [] : [[], [styled('bold', 'after it')]]
  return [
    [],
    [styled('bold', 'first divergence')],
    ...divergenceLines(first, width),
    ...after,
    ...downstream.flatMap((each) => divergenceLines(each, width)),
  ]
}
