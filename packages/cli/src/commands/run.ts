/** `cinescope run`: a program, recorded, without a line of it changed. */

import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import type { Call, Command } from '../base/command.ts'
import { usageError } from '../base/exit-code.ts'

/** See the file's first line. */
export const run: Command = {
  name: 'run',
  about: [
    'PROGRAM is a file that Node runs, or a command such as tsx or npm, whose Node processes are all recorded.\nARGUMENTS are its own; options of cinescope come before PROGRAM.',
    'It is the same as `node --import @cinescope/core/register PROGRAM`, which wants @cinescope/core installed. Express 4\nand 5 are recorded where @cinescope/express is installed beside the program.',
    'Ends with the exit code of the program, or with 128 and the number of the signal that ended it.',
  ],
  operands: [{ name: 'PROGRAM', required: true }],
  rest: 'ARGUMENTS',
  options: {
    directory: { kind: 'text', value: 'DIRECTORY', help: 'where the recording goes; .cinescope otherwise' },
    service: { kind: 'text', value: 'NAME', help: "the service's name in the recording; the program's file otherwise" },
  },
  examples: [
    ['run server.js --port 3000', 'Node runs server.js, recorded into .cinescope'],
    ['run --directory /tmp/films server.ts', 'somewhere else'],
    ['run npm start', 'what the script starts'],
  ],
  run: runProgram,
}

const SCRIPT = /\.[cm]?[jt]sx?$/
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

async function runProgram({ operands, rest, given }: Call): Promise<number> {
  const program = operands[0] ?? ''
  const preload = import.meta.resolve('@cinescope/core/register')
  const isScript = SCRIPT.test(program)
  // our own conditions, so that a preload from sources finds sources
  const conditions = process.execArgv.filter((argument) => argument.startsWith('--conditions'))
  const command = isScript ? process.execPath : program
  const args = isScript ? [...conditions, '--import', preload, program, ...rest] : rest
  const env = {
    ...process.env,
    ...variable('CINESCOPE_DIRECTORY', given.text('directory')),
    ...variable('CINESCOPE_SERVICE', given.text('service')),
    ...(isScript ? {} : { NODE_OPTIONS: nodeOptions([...conditions, '--import', preload]) }),
  }
  return ended(command, args, env)
}

function variable(name: string, value: string | undefined): Readonly<Record<string, string>> {
  return value === undefined ? {} : { [name]: value }
}

/** Those of the surroundings stay; a word with spaces is quoted. */
function nodeOptions(words: readonly string[]): string {
  const own = words.map((word) => (/[\s"]/.test(word) ? JSON.stringify(word) : word)).join(' ')
  const outer = process.env['NODE_OPTIONS']
  return outer === undefined || outer === '' ? own : `${outer} ${own}`
}

/** Runs it with this terminal as its own. Signals that are sent to this process go on to it. */
function ended(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', env })
    const pass = (signal: NodeJS.Signals): void => void child.kill(signal)
    for (const signal of SIGNALS) process.on(signal, pass)
    child.once('error', (error) => reject(notRun(command, error)))
    child.once('exit', (code, signal) => {
      for (const each of SIGNALS) process.off(each, pass)
      // as a shell says it
      resolve(signal === null ? (code ?? 0) : 128 + constants.signals[signal])
    })
  })
}

function notRun(command: string, error: NodeJS.ErrnoException): Error {
  return error.code === 'ENOENT'
    ? usageError(
        `there is no program '${command.slice(0, 100)}' to run: it is neither a file for Node (*.js, *.ts, ...) nor a command`,
      )
    : error
}
