/** What a line of pino says beside its level, its time and the process. */

import { hostname } from 'node:os'
import { isProxy } from '../value/intrinsics.ts'

/** What pino publishes of a line. */
export interface Written {
  readonly instance: { readonly levels?: { readonly labels?: Readonly<Record<number, string>> } }
  /** Those of pino's asJson: object, message, level, and the time as it stands in the line. */
  readonly arguments: ArrayLike<unknown>
  /** The line; absent where it could not be made. */
  readonly result?: unknown
}

/** Its message, and all else. */
interface PinoLine {
  readonly message: unknown
  readonly attributes: object | undefined
}

/** Takes a line apart. O(length). */
export type PinoLineReader = (written: Written) => PinoLine

const MESSAGE_KEY = 'pino.messageKey'
const USUAL_KEY = 'msg'

/** Remembers what the loggers call their messages. */
export function createPinoLineReader(): PinoLineReader {
  const keys = new WeakMap<object, string>()
  const process = `,"pid":${globalThis.process.pid},"hostname":${JSON.stringify(hostname())}`
  return ({ instance, arguments: args, result }) => {
    if (typeof result !== 'string') return { message: undefined, attributes: undefined }
    const text = ownPart(result, args[3], process)
    const members = parsed(text)
    // it is text as the logger wrote it, and nothing else of the call may be told
    if (members === undefined) return { message: text, attributes: undefined }
    const key = keys.get(instance) ?? messageKeyOf(instance)
    keys.set(instance, key)
    const { [key]: message, ...attributes } = members
    return { message, attributes: Object.keys(attributes).length > 0 ? attributes : undefined }
  }
}

/** The line without its begin: level and time come first, then what says whose process it is. */
function ownPart(line: string, time: unknown, process: string): string {
  const at = typeof time === 'string' && time !== '' ? line.indexOf(time) : -1
  if (at < 0) return line
  const rest = line.slice(at + String(time).length)
  const own = rest.startsWith(process) ? rest.slice(process.length) : rest
  return `{${own.startsWith(',') ? own.slice(1) : own}`
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined
  } catch {
    return undefined
  }
}

/** Under a symbol of pino's own, in the logger or the one that it is a child of. */
function messageKeyOf(instance: object): string {
  for (let holder: object | null = instance; holder !== null && !isProxy(holder);) {
    const symbol = Object.getOwnPropertySymbols(holder).find(({ description }) => description === MESSAGE_KEY)
    const key: unknown = symbol === undefined ? undefined : Reflect.get(holder, symbol)
    if (typeof key === 'string') return key
    holder = Object.getPrototypeOf(holder) as object | null
  }
  return USUAL_KEY
}
