/** From a command line to an exit code. Streams and time are given, so that nothing here is bound to a process. */

import { CinescopeError, isTooOld, OLDEST_NODE } from '@cinescope/protocol'
import type { Call, Command } from './base/command.ts'
import { readCommandLine } from './base/command-line.ts'
import { EXIT, type ExitCode, exitCodeOf, isFromSystem, usageError } from './base/exit-code.ts'
import { commandHelp, globalHelp } from './base/help.ts'
import { withLikelyMeaning } from './base/mistaken-path.ts'
import { didYouMean } from './base/nearest.ts'
import { type Output, Screen } from './format/screen.ts'

/** The commands, each loaded only when it is called. */
const COMMANDS: readonly { readonly name: string; readonly summary: string; load(): Promise<Command> }[] = [
  { name: 'run', summary: 'run a program and record it', load: async () => (await import('./commands/run.ts')).run },
  {
    name: 'films',
    summary: 'list the films (requests and other roots) of a recording',
    load: async () => (await import('./commands/films.ts')).films,
  },
  { name: 'film', summary: 'show one film as a timeline', load: async () => (await import('./commands/film.ts')).film },
  {
    name: 'diff',
    summary: 'show how two films differ, and where they part first',
    load: async () => (await import('./commands/diff.ts')).diff,
  },
  { name: 'why', summary: 'show all that led to an event', load: async () => (await import('./commands/why.ts')).why },
  {
    name: 'effects',
    summary: 'show all that came of an event',
    load: async () => (await import('./commands/effects.ts')).effects,
  },
  {
    name: 'story',
    summary: 'show the films that led to a film, and what came of them',
    load: async () => (await import('./commands/story.ts')).story,
  },
  {
    name: 'query',
    summary: 'search the events of a recording',
    load: async () => (await import('./commands/query.ts')).query,
  },
  {
    name: 'sequence',
    summary: 'find events that follow one another, or that nothing followed',
    load: async () => (await import('./commands/sequence.ts')).sequence,
  },
  {
    name: 'tail',
    summary: 'show the events that came last, and with -f those that come',
    load: async () => (await import('./commands/tail.ts')).tail,
  },
  {
    name: 'top',
    summary: 'show the routes of a running server: rates, failures, quantiles',
    load: async () => (await import('./commands/top.ts')).top,
  },
  {
    name: 'stats',
    summary: 'figures of events: counts, rates, failures, quantiles',
    load: async () => (await import('./commands/stats.ts')).stats,
  },
  {
    name: 'timeline',
    summary: 'draw a recording over time, a lane for each site or kind',
    load: async () => (await import('./commands/timeline.ts')).timeline,
  },
  {
    name: 'state',
    summary: 'show the state of an entity at an instant',
    load: async () => (await import('./commands/state.ts')).state,
  },
  {
    name: 'history',
    summary: "show what became of an entity's state",
    load: async () => (await import('./commands/history.ts')).history,
  },
  {
    name: 'last-write',
    summary: "show who wrote a part of an entity's state last",
    load: async () => (await import('./commands/last-write.ts')).lastWrite,
  },
  {
    name: 'seek',
    summary: 'step through a recording, with all there was at each step',
    load: async () => (await import('./commands/seek.ts')).seek,
  },
  {
    name: 'ledger',
    summary: 'account for every event: stored, pruned or lost',
    load: async () => (await import('./commands/ledger.ts')).ledger,
  },
  {
    name: 'pack',
    summary: 'make one self-contained file of a recording',
    load: async () => (await import('./commands/pack.ts')).pack,
  },
  {
    name: 'extract',
    summary: 'make one file of a few films',
    load: async () => (await import('./commands/extract.ts')).extract,
  },
  {
    name: 'merge',
    summary: 'make one file of the recordings of several processes',
    load: async () => (await import('./commands/merge.ts')).merge,
  },
  {
    name: 'export',
    summary: 'write recordings in the formats of other tools',
    load: async () => (await import('./commands/export.ts')).exportCommand,
  },
  {
    name: 'prune',
    summary: 'remove old recordings of a directory, or the oldest of one',
    load: async () => (await import('./commands/prune.ts')).prune,
  },
  {
    name: 'compact',
    summary: 'give room that is free in recordings back to the disk',
    load: async () => (await import('./commands/compact.ts')).compact,
  },
  {
    name: 'ctl',
    summary: 'change options of running processes, or have their window kept',
    load: async () => (await import('./commands/ctl.ts')).ctl,
  },
  {
    name: 'doctor',
    summary: 'check recordings, what is hooked and what it costs',
    load: async () => (await import('./commands/doctor.ts')).doctor,
  },
]

/** What the command runs in. */
export interface Surroundings {
  readonly stdout: Output
  readonly stderr: Output
  readonly nowMs: number
}

/** Runs a command line (without `node` and the program). Never throws. */
export async function main(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const format = args.includes('--ndjson') ? 'ndjson' : args.includes('--json') ? 'json' : 'table'
  const screen = new Screen({ ...surroundings, format })
  try {
    return await dispatch(args, screen)
  } catch (thrown) {
    const [what, ...where] = complaint(thrown)
    screen.complain(what)
    for (const line of where) screen.note(line)
    return exitCodeOf(thrown)
  }
}

async function dispatch([name, ...rest]: readonly string[], screen: Screen): Promise<number> {
  if (name === undefined) {
    screen.complain(
      `name a command: ${COMMANDS.map((each) => each.name).join(', ')}; \`cinescope --help\` explains them`,
    )
    return EXIT.usage
  }
  if (name === '--version' || name === '-v') return version(screen)
  if (name === '--help' || name === '-h' || name === 'help') return help(rest[0], screen)
  const entry = COMMANDS.find((each) => each.name === name)
  if (entry === undefined) throw unknownCommand(name)
  const command = await entry.load()
  const line = readCommandLine(command, rest, screen.nowMs)
  if (line.wantsHelp) {
    screen.help(commandHelp(command, entry.summary))
    return EXIT.ok
  }
  if (isTooOld(process.versions.node)) {
    screen.complain(`Node ${process.versions.node} is too old to read recordings; ${OLDEST_NODE} or newer is needed`)
    return EXIT.fault
  }
  const call: Call = { operands: line.operands, rest: line.rest, given: line.given, screen }
  if (command.goesOn !== true) screen.beginWork()
  try {
    return await command.run(call)
  } catch (thrown) {
    throw withLikelyMeaning(thrown, command, call)
  } finally {
    screen.endWork()
  }
}

async function help(name: string | undefined, screen: Screen): Promise<ExitCode> {
  const entry = COMMANDS.find((each) => each.name === name)
  if (name !== undefined && entry === undefined && !name.startsWith('-')) throw unknownCommand(name)
  screen.help(entry === undefined ? globalHelp(COMMANDS) : commandHelp(await entry.load(), entry.summary))
  return EXIT.ok
}

async function version(screen: Screen): Promise<ExitCode> {
  const { ownVersion } = await import('./base/version.ts')
  screen.help(`${ownVersion()}\n`)
  return EXIT.ok
}

function unknownCommand(name: string): CinescopeError {
  const names = COMMANDS.map((each) => each.name)
  if (name.startsWith('-')) {
    return usageError(
      `the command comes first: cinescope COMMAND [PATH] ${name.slice(0, 60)}; commands are ${names.join(', ')}`,
    )
  }
  return usageError(
    `there is no command '${name.slice(0, 60)}'; commands are ${names.join(', ')}.${didYouMean(name, names)}`,
  )
}

/** Our own errors say what is wrong; of any other one the place matters too, since it is a fault of ours. */
function complaint(thrown: unknown): readonly [what: string, ...where: string[]] {
  if (thrown instanceof CinescopeError) {
    // a query that is wrong is shown below, with a caret under the place
    const [what = '', ...where] = thrown.code === 'CSC_ERR_QUERY' ? thrown.message.split('\n') : [thrown.message]
    return [isUsage(thrown) ? what : `${what} [${thrown.code}]`, ...where]
  }
  if (isFromSystem(thrown)) return [thrown.message]
  return [`a fault of this command: ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}`]
}

function isUsage({ code }: CinescopeError): boolean {
  return code === 'CSC_ERR_OPTION'
}
