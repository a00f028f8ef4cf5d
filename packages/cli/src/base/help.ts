/** The help, written for people. */

import { type Command, COMMON, type Options } from './command.ts'
import { usageOf } from './command-line.ts'

/** Help of the whole: what the commands are, with the exit codes. */
export function globalHelp(commands: readonly { readonly name: string; readonly summary: string }[]): string {
  return [
    'cinescope runs a Node server recorded, and reads the recordings that Cinescope makes of one.',
    '',
    'usage: cinescope COMMAND [PATH] [options]',
    '',
    'commands',
    ...columns(commands.map(({ name, summary }) => [name, summary])),
    '',
    'PATH is a recording (*.cine) or a directory of them, of which the newest is read. Default: the directory that CINESCOPE_DIRECTORY or a cinescope.config.json here names, else .cinescope',
    'A recording can be read while the server still writes it.',
    '',
    'examples',
    ...columns([
      ['cinescope run server.js', 'run it and record it'],
      ['cinescope films', 'the newest requests'],
      ['cinescope films --error', 'those that failed'],
      ['cinescope films --sort -duration --limit 5', 'the five slowest'],
      ['cinescope film 3fa9', 'what happened in one of them, step by step'],
      ['cinescope doctor', 'what is recorded, what is not, and what it costs'],
    ]),
    '',
    'options of every command: --json, --ndjson, --help. `cinescope COMMAND --help` tells the others.',
    '',
    'Data goes to stdout, messages go to stderr. Colour is for terminals only; NO_COLOR=1 turns it off.',
    '',
    'exit codes',
    ...columns([
      ['0', 'all is well'],
      ['1', 'doctor found a problem, or what was asked for is not in the recording'],
      ['2', 'the command line is wrong'],
      ['3', 'there is no recording, or it cannot be read'],
      ['4', 'a fault of this command, or a Node too old for it'],
    ]),
    '`cinescope run` ends with the exit code of the program.',
    '',
  ].join('\n')
}

/** Help of one command. */
export function commandHelp(command: Command, summary: string): string {
  return [
    `cinescope ${command.name}: ${summary}.`,
    '',
    `usage: ${usageOf(command)}`,
    '',
    ...command.about.flatMap((paragraph) => [paragraph, '']),
    ...(Object.keys(command.options).length === 0 ? [] : ['options', ...columns(optionRows(command.options)), '']),
    'options of every command',
    ...columns(optionRows(COMMON)),
    '',
    'examples',
    ...columns(command.examples.map(([line, does]) => [`cinescope ${line}`, does])),
    '',
  ].join('\n')
}

function optionRows(options: Options): [string, string][] {
  return Object.entries(options).map(([name, option]) => {
    const value = option.value === undefined ? '' : ` ${option.value}`
    const choices = option.choices !== undefined && option.choices.length <= 6 ? `: ${option.choices.join(', ')}` : ''
    const repeats = option.repeats === true ? ' (repeatable)' : ''
    const short = option.short === undefined ? '' : `-${option.short}, `
    return [`${short}--${name}${value}`, `${option.help}${choices}${repeats}`]
  })
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`)
}
