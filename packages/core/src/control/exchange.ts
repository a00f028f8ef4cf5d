/** What goes over the control socket: one line of JSON from the client, one from the process, and the end. */

import { CinescopeError, ERROR_CODES, type ErrorCode } from '@cinescope/protocol'

/** Most bytes of a line, either way. */
export const MAX_LINE_BYTES = 65_536
/** Most characters of a reason. */
const MAX_REASON = 500

/** What a process can be asked. */
export type ControlRequest =
  | { readonly ask: 'status' }
  | { readonly ask: 'get' }
  /** Names of options, `values.maxBytes`, with their new values: numbers, or texts as variables have them. */
  | { readonly ask: 'set'; readonly options: Readonly<Record<string, unknown>> }
  /** Keep what happened lately, under the policy `window`. */
  | { readonly ask: 'keep'; readonly reason: string }

/** What it says of itself: nothing that was captured. */
export interface ControlStatus {
  readonly pid: number
  readonly service: string
  /** See the option `keep.policy`. */
  readonly policy: string
  /** Threads that record now. */
  readonly threads: number
  /** Records in their rings that have not been taken up. */
  readonly waiting: number
  readonly commits: number
  /** Of the recording. */
  readonly bytes: number
}

/** An option that has changed; null where there was no limit, or is none any more. */
interface ChangeTold {
  readonly key: string
  readonly from: number | null
  readonly to: number | null
}

/** What it answers when all is well. */
export interface ControlAnswer {
  /** To each request but `get`. */
  readonly status?: ControlStatus
  /** To `get` and `set`: all that can be changed, as it is now, by name; null where there is no limit. */
  readonly settings?: Readonly<Record<string, number | null>>
  /** To `set`: what was another before. */
  readonly changed?: readonly ChangeTold[]
}

/** Reads a request. @throws CSC_ERR_CONTROL */
export function readRequest(line: string): ControlRequest {
  const { ask, options, reason } = parsed(line)
  if (ask === 'status' || ask === 'get') return { ask }
  if (ask === 'set') {
    if (!isObject(options)) throw malformed('`set` needs `options`, an object')
    return { ask, options }
  }
  if (ask !== 'keep') throw malformed('`ask` must be status, get, set or keep')
  if (typeof reason !== 'string' || reason === '' || reason.length > MAX_REASON)
    throw malformed(`\`keep\` needs a \`reason\`, a text of at most ${MAX_REASON} characters`)
  return { ask, reason }
}

/** The line of an answer, or of why there is none. */
export function answerLine(answer: ControlAnswer | CinescopeError): string {
  const told =
    answer instanceof CinescopeError
      ? { ok: false, code: answer.code, message: answer.message }
      : { ok: true, ...answer }
  return `${JSON.stringify(told)}\n`
}

/** Reads an answer; whoever has written it may not be who it should be. @throws what the process has refused with @throws CSC_ERR_CONTROL */
export function readAnswer(line: string): ControlAnswer {
  const told = parsed(line)
  const { ok, status, settings, changed, code, message } = told
  if (ok === true && isPart(status, isStatus) && isPart(settings, isSettings) && isPart(changed, isListOfChanges)) {
    return { ...(status && { status }), ...(settings && { settings }), ...(changed && { changed }) }
  }
  if (typeof message !== 'string') throw malformed('an answer says `ok`, or why not')
  const isKnown = typeof code === 'string' && Object.hasOwn(ERROR_CODES, code)
  throw new CinescopeError(isKnown ? (code as ErrorCode) : 'CSC_ERR_CONTROL', message.slice(0, 2000))
}

/** A part of an answer that may be missing. */
function isPart<T>(value: unknown, is: (value: unknown) => value is T): value is T | undefined {
  return value === undefined || is(value)
}

function isStatus(value: unknown): value is ControlStatus {
  if (!isObject(value)) return false
  const numbers = [value['pid'], value['threads'], value['waiting'], value['commits'], value['bytes']]
  const texts = [value['service'], value['policy']]
  return numbers.every((each) => typeof each === 'number') && texts.every((each) => typeof each === 'string')
}

function isSettings(value: unknown): value is NonNullable<ControlAnswer['settings']> {
  return isObject(value) && Object.values(value).every((each) => each === null || typeof each === 'number')
}

function isListOfChanges(value: unknown): value is readonly ChangeTold[] {
  return Array.isArray(value) && value.every(isChange)
}

function isChange(value: unknown): boolean {
  if (!isObject(value)) return false
  return typeof value['key'] === 'string' && isSettings({ from: value['from'], to: value['to'] })
}

function parsed(line: string): Readonly<Record<string, unknown>> {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch (cause) {
    throw malformed('a line must be JSON', cause)
  }
  if (!isObject(value)) throw malformed('a line must be a JSON object')
  return value
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function malformed(what: string, cause?: unknown): CinescopeError {
  return new CinescopeError('CSC_ERR_CONTROL', `not understood: ${what}`, { cause })
}
