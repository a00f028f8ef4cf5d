/** `cinescope ctl`: asks running processes: how they are, to change options, to keep what happened lately. */

import type { ControlAnswer, ControlRequest } from '@cinescope/core/reader'
import { CinescopeError } from '@cinescope/protocol'
import type { Call, Command } from '../base/command.ts'
import { readCtlWords } from '../base/ctl-words.ts'
import { EXIT, type ExitCode, exitCodeOf } from '../base/exit-code.ts'
import { didYouMean } from '../base/nearest.ts'
import { type RunningProcess, runningAt } from '../base/running.ts'
import type { Screen } from '../format/screen.ts'
import { bytes, counted } from '../format/units.ts'

/** See the file's first line. */
export const ctl: Command = {
  name: 'ctl',
  about: [
    'ctl status [PATH]               how the process of a recording is, or each running one of a directory',
    'ctl get [PATH]                  the options that can change, as they are now',
    'ctl set KEY=VALUE... [PATH]     changes options; each thread of the process tells of it in the recording',
    'ctl keep REASON [PATH]          where `keep.policy` is `window`, keeps what happened lately, as `scope.keep()` does,\n                                also while the program is blocked',
    'A process is reached through a socket that only its user may open, and root. Docs: docs/configuration.md lists the\noptions that change while a program runs. Redaction is not among them.',
  ],
  operands: [
    { name: 'ACTION', required: true },
    { name: 'WORD', repeats: true },
  ],
  options: {},
  examples: [
    ['ctl status', 'the processes that record into .cinescope'],
    ['ctl set keep.slowMs=200 values.maxBytes=2048', 'what is slow, and how much of a value is kept'],
    ["ctl keep 'orders hang'", 'the window of every running process'],
  ],
  run: async ({ operands, screen }: Call): Promise<ExitCode> => {
    const [action, ...words] = operands
    const { request, path } = readCtlWords(
      action,
      words.filter((word) => word !== undefined),
    )
    const processes = await runningAt(path, screen)
    const asked = await Promise.all(processes.map((each) => askOne(each, request)))
    tell(asked, request, screen)
    const failed = asked.find(({ error }) => error !== undefined)
    return failed === undefined ? EXIT.ok : exitCodeOf(failed.error)
  },
}

interface Asked {
  readonly process: RunningProcess
  readonly answer?: ControlAnswer
  readonly error?: CinescopeError
}

async function askOne(process: RunningProcess, request: ControlRequest): Promise<Asked> {
  const { askProcess } = await import('@cinescope/core/reader')
  try {
    return { process, answer: await askProcess(process, request) }
  } catch (error) {
    if (!(error instanceof CinescopeError)) throw error
    return { process, error: await inWordsOfShell(error, process, request) }
  }
}

/** What a process refuses to set: its null is `none` here, and of a key that it does not know the nearest is told. */
async function inWordsOfShell(
  error: CinescopeError,
  process: RunningProcess,
  request: ControlRequest,
): Promise<CinescopeError> {
  if (request.ask !== 'set' || error.code !== 'CSC_ERR_OPTION') return error
  const { askProcess } = await import('@cinescope/core/reader')
  const { settings = {} } = await askProcess(process, { ask: 'get' }).catch((): Partial<ControlAnswer> => ({}))
  const known = Object.keys(settings)
  const unknown = Object.keys(request.options).find((key) => !known.includes(key))
  const hint = unknown === undefined ? '' : didYouMean(unknown, known)
  const message = `${error.message.replaceAll(' or null', ' or none')}${hint === '' ? '' : `.${hint}`}`
  return new CinescopeError(error.code, message, { cause: error })
}

function tell(all: readonly Asked[], { ask }: ControlRequest, screen: Screen): void {
  const documents = all.map(asJson)
  if (screen.format === 'json') screen.json({ processes: documents })
  else if (screen.format === 'ndjson') for (const document of documents) screen.json(document)
  for (const { process, answer, error } of all) {
    const who = `pid ${process.pid}, ${process.service}`
    if (error !== undefined) screen.complain(`${who}: ${error.message} [${error.code}]`)
    else if (screen.format === 'table' && answer !== undefined) screen.print([`${who}: ${words(ask, answer)}`])
  }
}

function asJson({ process: { path, pid, service, node }, answer, error }: Asked): object {
  const own = { path, pid, service, node }
  if (error !== undefined) return { ...own, error: { code: error.code, message: error.message } }
  return { ...own, ...answer }
}

/** In a few words. */
function words(ask: ControlRequest['ask'], { status, settings, changed = [] }: ControlAnswer): string {
  if (ask === 'get')
    return Object.entries(settings ?? {})
      .map(([key, value]) => `${key}=${value ?? 'none'}`)
      .join(' ')
  if (ask === 'keep') return 'the window is kept'
  if (ask === 'set')
    return changed.length === 0
      ? 'that is how it was'
      : changed.map(({ key, from, to }) => `${key} ${from ?? 'none'} → ${to ?? 'none'}`).join(', ')
  if (status === undefined) return 'running'
  const { policy, threads, waiting, commits, bytes: size } = status
  return `keep.policy ${policy}, ${counted(threads, 'thread')}, ${counted(waiting, 'record')} waiting, ${counted(commits, 'commit')}, ${bytes(size)}`
}
