/** `cinescope run`: a program, recorded, without a line of it changed. */

import { type ChildProcess, type SendHandle, type Serializable, spawn } from 'node:child_process'
import { constants } from 'node:os'
import { isatty } from 'node:tty'
import type { Call, Command } from '../base/command.ts'
import { usageError } from '../base/exit-code.ts'

/** See the file's first line. */
export const run: Command = {
  name: 'run',
  goesOn: true,
  about: [
    'PROGRAM is a file that Node runs, or a command such as tsx or npm, whose Node processes are all recorded.\nARGUMENTS are its own; options of cinescope come before PROGRAM.',
    'It is the same as `node --import @cinescope/core/register PROGRAM`, which wants @cinescope/core installed. Express 4\nand 5 are recorded where @cinescope/express is installed beside the program.',
    'How it is recorded says a file cinescope.config.{js,ts,json} in the working directory, and variables CINESCOPE_*.',
    'Ends with the exit code of the program, or with 128 and the number of the signal that ended it. Signals go on to it; at a\nterminal it has those of the keyboard already, so SIGINT, SIGQUIT and SIGHUP do not.',
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
/** Those that a terminal sends to all that it runs, and those that are sent to this process alone. */
const BY_TERMINAL = ['SIGINT', 'SIGQUIT', 'SIGHUP'] as const
const TO_US = ['SIGTERM', 'SIGUSR2', 'SIGBREAK'] as const

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

/** Runs it with this terminal as its own. Signals and messages that are sent to this process go on to it. */
function ended(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((resolve, reject) => {
    const isForked = process.send !== undefined
    const child = spawn(command, args, {
      stdio: isForked ? [0, 1, 2, 'ipc'] : 'inherit',
      serialization: 'advanced',
      env,
    })
    const releases = [passSignals(child), ...(isForked ? [passMessages(child)] : [])]
    const release = (): void => {
      for (const each of releases) each()
    }
    child.once('error', (error) => {
      release()
      reject(notRun(command, error))
    })
    child.once('exit', (code, signal) => {
      release()
      // as a shell says it
      resolve(signal === null ? (code ?? 0) : 128 + constants.signals[signal])
    })
  })
}

/** At a terminal the program has had that one's signals already: a second Ctrl-C would mean more than a first. Gives what ends it. */
function passSignals(child: ChildProcess): () => void {
  const isAtTerminal = [0, 1, 2].some(isatty)
  const pass = (signal: NodeJS.Signals): void => void child.kill(signal)
  const ignore = (): void => undefined
  const listeners = [
    ...TO_US.map((signal) => [signal, pass] as const),
    ...BY_TERMINAL.map((signal) => [signal, isAtTerminal ? ignore : pass] as const),
  ]
  for (const [signal, listener] of listeners) process.on(signal, listener)
  return () => {
    for (const [signal, listener] of listeners) process.off(signal, listener)
  }
}

/** Whoever forked this process talks with the program, in the encoding that it chose: what that cannot say is not said. */
function passMessages(child: ChildProcess): () => void {
  const down = (message: Serializable, handle: SendHandle): void =>
    void (child.connected && child.send(message, handle))
  const up = (message: Serializable, handle: SendHandle): void => {
    try {
      if (process.connected) process.send?.(message, handle)
    } catch {
      // a value that JSON has no form for
    }
  }
  const hangUp = (): void => void (child.connected && child.disconnect())
  process.on('message', down)
  process.on('disconnect', hangUp)
  child.on('message', up)
  child.on('disconnect', () => void (process.connected && process.disconnect()))
  return () => {
    process.off('message', down)
    process.off('disconnect', hangUp)
  }
}

function notRun(command: string, error: NodeJS.ErrnoException): Error {
  return error.code === 'ENOENT'
    ? usageError(
        `there is no program '${command.slice(0, 100)}' to run: it is neither a file for Node (*.js, *.ts, ...) nor a command`,
      )
    : error
}
