/** Every command, run on a recording that may be hostile: it must end with an answer or with an error of ours. */

import { copyFileSync, existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Attempt, Found } from './asks.ts'

/** The command: given an argument list and where to write, it gives an exit code. */
export type Command = (args: readonly string[], surroundings: object) => Promise<number>

/** A recording, what its answers named, and a name for a file that may be written. */
interface Subject {
  readonly path: string
  readonly found: Found
  readonly target: string
}

type Lines = (subject: Subject) => readonly (readonly string[])[]

const NO_FILM = '0123456789abcdef'
const eventOf = ({ events }: Found): string => events[0]?.id ?? NO_FILM
const filmOf = ({ films }: Found, at = 0): string => films.at(at)?.id ?? NO_FILM

/** Command lines of each command. `run` starts a program and reads no recording. */
const LINES: Readonly<Record<string, Lines>> = {
  run: () => [],
  films: ({ path }) => [
    [path],
    [path, '--sort', '-duration', '--error', '--json'],
    [path, '--name', '*o*', '--ndjson'],
  ],
  film: ({ path, found }) => [
    [filmOf(found), path, '--values'],
    [filmOf(found, -1), path, '--json'],
  ],
  diff: ({ path, found }) => [
    [filmOf(found), filmOf(found, -1), path],
    [filmOf(found), filmOf(found, 1), path, '--outline', '--ndjson'],
  ],
  query: ({ path }) => [
    [path, '--explain'],
    [path, '--where', 'check.n=3', '--ndjson'],
    [path, 'text ~ "sample" order by -duration limit 20', '--json'],
  ],
  timeline: ({ path }) => [[path], [path, 'kind:span', '--by', 'kind', '--lanes', '1000', '--json']],
  stats: ({ path }) => [
    [path, '--histogram'],
    [path, '--histogram', '--per', '1ms', '--by', 'error'],
    [path],
    [path, 'kind:span', '--by', 'attribute:check.n', '--per', '1s', '--json'],
  ],
  state: ({ path, found }) => {
    const { kind, id } = found.events.find(({ subject }) => subject !== undefined)?.subject ?? { kind: 'a', id: 'b' }
    // what begins like an option is none: the command line says so itself
    return [
      ['--json', '--', kind, id, path],
      ['counter', 'c1', path],
      ['--since', '2020-01-01', '--', kind, id, path],
    ]
  },
  history: ({ path }) => [
    ['counter', 'c1', path],
    ['counter', 'c1', path, '--of', 'check.n', '--json'],
  ],
  seek: ({ path, found }) => [
    [path, '--once'],
    [path, '--end', '--back', '20', '--json'],
    [path, '--film', filmOf(found), '--once'],
    [path, '--entity', 'counter/c1', '--once'],
  ],
  'last-write': ({ path }) => [['counter', 'c1', 'check', path]],
  sequence: ({ path }) => [
    ['kind:request -> * within 5s', path],
    ['* -> not kind:error within 1ms by entity', path, '--explain', '--json'],
  ],
  why: ({ path, found }) => [[eventOf(found), path, '--explain']],
  effects: ({ path, found }) => [[filmOf(found), path, '--limit', '50', '--json']],
  story: ({ path, found }) => [[filmOf(found), path]],
  tail: ({ path }) => [[path], [path, 'kind:span', '-n', '50', '--ndjson']],
  top: ({ path }) => [
    [path, '--once'],
    [path, '--once', '--json'],
  ],
  // without --out: a process that may write only some places is not let sync a file
  export: ({ path, found }) => [
    ...['ndjson', 'csv', 'otlp', 'chrome', 'har'].map((format) => [path, '--format', format]),
    [path, '--format', 'mermaid', '--film', filmOf(found)],
  ],
  extract: ({ path, found, target }) => [[path, '--film', filmOf(found), '--out', target]],
  merge: ({ path, target }) => [[path, '--out', target]],
  ledger: ({ path }) => [[path], [path, '--json']],
  pack: ({ path, target }) => [[path, '--out', target]],
  // on a copy of the file: the recording itself must not be changed
  prune: ({ path, target }) => [
    [copied(path, target), '--max-events', '3', '--json'],
    [copied(path, target), '--max-age', '1s', '--max-bytes', '1000'],
  ],
  compact: ({ path, target }) => [[copied(path, target), '--json']],
  // nobody is there to answer
  ctl: ({ path }) => [['set', 'sample=1', path, '--json']],
  doctor: ({ path }) => [[path], [path, '--json']],
}

/** Where a copy of what is at `path` lies, with its log; of a directory, of the first recording in it. */
function copied(path: string, target: string): string {
  const first = statSync(path).isDirectory() ? readdirSync(path).find((name) => name.endsWith('.cine')) : ''
  for (const end of ['', '-wal']) {
    const from = `${first === '' ? path : join(path, first ?? '')}${end}`
    if (existsSync(from) && statSync(from).isFile()) copyFileSync(from, `${target}${end}`)
  }
  return target
}

/** Runs them all; what is wrong with one is thrown to `attempt`. */
export async function runEveryCommand(command: Command, subject: Subject, attempt: Attempt): Promise<void> {
  for (const [name, lines] of Object.entries(LINES)) {
    for (const line of lines(subject)) await attempt(`cinescope ${name}`, () => runLine(command, [name, ...line]))
    for (const end of ['', '-wal', '-shm', '-lock', '-compact']) rmSync(`${subject.target}${end}`, { force: true })
  }
}

/** Names in the command's help that have no line above. */
export async function commandsWithoutLines(command: Command): Promise<string[]> {
  const { stdout } = await run(command, ['--help'])
  const names = Array.from(stdout.matchAll(/^ {2}([a-z]+) {2,}\S/gm), ([, name = '']) => name)
  return names.length < 5 ? ['(none found in the help)'] : names.filter((name) => LINES[name] === undefined)
}

async function runLine(command: Command, args: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await run(command, args)
  const fault = faultOf(args, code, stdout, stderr)
  if (fault !== undefined) throw new Error(`cinescope ${args.slice(0, 1).join(' ')}: ${fault}`)
}

function faultOf(args: readonly string[], code: number, stdout: string, stderr: string): string | undefined {
  if (code === 4 || stderr.includes('a fault of this command')) return stderr.slice(0, 600)
  // what is in a recording must not steer a terminal
  const printed = args.includes('csv') ? stdout.replaceAll('\r\n', '\n') : stdout
  // eslint-disable-next-line no-control-regex
  const raw = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/.exec(printed + stderr)
  if (raw !== null) return `prints a control character, ${JSON.stringify(raw[0])}`
  if (code > 1) return stderr === '' ? `ends with ${code} and says nothing` : undefined
  const documents = args.includes('--json') ? [stdout] : args.includes('--ndjson') ? stdout.split('\n') : []
  const broken = documents.find((text) => text.trim() !== '' && !isJson(text))
  return broken === undefined ? undefined : `prints what is no JSON: ${broken.slice(0, 100)}`
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

async function run(
  command: Command,
  args: readonly string[],
): Promise<{ code: number; stdout: string; stderr: string }> {
  let stdout = ''
  let stderr = ''
  const code = await command(args, {
    stdout: { write: (text: string) => void (stdout += text) },
    stderr: { write: (text: string) => void (stderr += text) },
    nowMs: Date.now(),
  })
  return { code, stdout, stderr }
}
