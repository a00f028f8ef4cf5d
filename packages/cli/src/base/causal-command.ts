/** What the commands on causes and on effects have in common. */

import type { CausalGraph, CausalOptions, OpenRecording } from '@cinescope/core'
import { causalLines, type Direction } from '../format/causal-tree.ts'
import { explainLines } from '../format/explain.ts'
import { counted } from '../format/units.ts'
import type { Call, Options } from './command.ts'
import { EXIT, type ExitCode } from './exit-code.ts'
import { NEWEST, openAt, origin, tellUnread } from './recordings.ts'

/** Their options. */
export const CAUSAL_OPTIONS: Options = {
  depth: { kind: 'integer', value: 'N', from: 1, to: 10_000, help: 'steps to follow, all unless told otherwise' },
  limit: { kind: 'integer', value: 'N', from: 1, to: 10_000, help: 'events to show, 1,000 unless told otherwise' },
  newest: NEWEST,
  explain: { kind: 'flag', help: 'tell what was read to find the answer' },
}

/** Asks for causes or effects of the event that the first operand names, and shows them. */
export async function runCausal({ operands, given, screen }: Call, direction: Direction): Promise<ExitCode> {
  const [id = '', path] = operands
  const opened = await openAt(path, { newest: given.flag('newest'), screen })
  await using recording = opened.recording
  const [depth, limit] = [given.number('depth'), given.number('limit')]
  const options = { ...(depth === undefined ? {} : { depth }), ...(limit === undefined ? {} : { limit }) }
  const graph = await ask(recording, await eventIdOf(id, recording), { direction, options })
  const status = await recording.status()
  tellUnread(status, screen)
  if (screen.format === 'json') screen.json({ recording: origin(opened, status), ...graph })
  else if (screen.format === 'ndjson') for (const node of graph.nodes) screen.json(node)
  else screen.print(...causalLines(graph, direction))
  if (graph.truncatedBy.length > 0)
    screen.note(`This is not all: ${counted(graph.nodes.length, 'event')}, cut by ${graph.truncatedBy.join(' and ')}`)
  if (given.flag('explain')) for (const line of explainLines(graph.explain)) screen.note(line)
  return EXIT.ok
}

/** A whole id may be that of any event; the first digits are those of a film, whose root is meant. */
async function eventIdOf(text: string, recording: OpenRecording): Promise<string> {
  return /^[0-9a-f]{16}$/.test(text) ? text : (await recording.film(text)).summary.id
}

function ask(
  recording: OpenRecording,
  id: string,
  { direction, options }: { readonly direction: Direction; readonly options: CausalOptions },
): Promise<CausalGraph> {
  return direction === 'causes' ? recording.causesOf(id, options) : recording.effectsOf(id, options)
}
