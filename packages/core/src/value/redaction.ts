/** What must never leave the process: the compiled options that every encoder, key table and tokenizer asks. */

import { CinescopeError } from '@cinescope/protocol'
import { mapGet } from './intrinsics.ts'
import type { NameRules, Sensitivity } from './names.ts'
import { createNameRules, SENSITIVITY } from './names.ts'
import type { PathState } from './paths.ts'
import { compilePaths } from './paths.ts'

/** How the defaults are changed. */
export interface RedactionOptions {
  /** Names added to the defaults; case and separators do not matter. */
  readonly names?: readonly string[]
  /** Names taken off the list. */
  readonly allow?: readonly string[]
  /** Paths from the root of a value, `body.user.ssn`; `*` stands for one key or index. */
  readonly paths?: readonly string[]
  /** Secrets by shape, added to the built-in ones. Keep them linear: they run on every string. */
  readonly shapes?: readonly RegExp[]
  /** What is kept of text that no tokenizer understands; `type-and-length` unless told otherwise. */
  readonly text?: 'type-and-length' | 'keep'
}

/** Compiled redaction. Immutable but for a bounded memo of names. */
export interface Redaction extends NameRules {
  /** Root of the redacted paths; undefined when there are none. */
  readonly paths: PathState | undefined
  /** The user's shapes, all global. */
  readonly shapes: readonly RegExp[]
  /** Plain text, HTML and XML bodies are kept, with shapes masked. */
  readonly keepsText: boolean
  /** True for a short text that is itself a sensitive name, so that what follows it in a list is hidden. */
  announces(text: string): boolean
}

const MEMO_SIZE = 2048
const MAX_MEMO_NAME = 64
const OPTIONS: readonly string[] = ['names', 'allow', 'paths', 'shapes', 'text']

/** Compiles `options`. @throws CSC_ERR_OPTION */
export function createRedaction(options: RedactionOptions = {}): Redaction {
  check(options)
  const rules = createNameRules(options.names ?? [], options.allow ?? [])
  const memo = new Map<string, Sensitivity>()
  const classify = (name: string): Sensitivity => {
    if (name.length > MAX_MEMO_NAME) return rules.classify(name)
    const known = mapGet(memo, name)
    if (known !== undefined) return known
    const sensitivity = rules.classify(name)
    if (memo.size >= MEMO_SIZE) memo.clear()
    memo.set(name, sensitivity)
    return sensitivity
  }
  return {
    classify,
    isListed: (name) => rules.isListed(name),
    paths: compilePaths(options.paths ?? []),
    shapes: (options.shapes ?? []).map(globalShape),
    keepsText: options.text === 'keep',
    announces: (text) => text.length > 2 && text.length <= MAX_MEMO_NAME && classify(text) === SENSITIVITY.strict,
  }
}

function check(options: RedactionOptions): void {
  if (typeof options !== 'object' || options === null) throw misuse('redaction is an object', options)
  for (const name of Object.keys(options)) {
    if (!OPTIONS.includes(name)) throw misuse(`redaction knows only ${OPTIONS.join(', ')}`, name)
  }
  checkList('names', options.names, isName)
  checkList('allow', options.allow, isName)
  checkList('paths', options.paths, (each) => typeof each === 'string')
  checkList('shapes', options.shapes, (each) => each instanceof RegExp && !each.test(''))
  if (options.text !== undefined && options.text !== 'keep' && options.text !== 'type-and-length') {
    throw misuse("redaction.text is 'type-and-length' or 'keep'", options.text)
  }
}

function checkList(name: string, list: unknown, accepts: (each: unknown) => boolean): void {
  if (list === undefined) return
  if (!Array.isArray(list)) throw misuse(`redaction.${name} is an array`, list)
  const wrong: unknown = list.find((each) => !accepts(each))
  if (wrong !== undefined || list.includes(undefined)) throw misuse(`redaction.${name} holds an unusable entry`, wrong)
}

function isName(each: unknown): boolean {
  return typeof each === 'string' && /[\p{L}\p{N}]/u.test(each)
}

function globalShape(shape: RegExp): RegExp {
  return new RegExp(shape.source, [...new Set(`${shape.flags.replace('y', '')}g`)].join(''))
}

function misuse(message: string, value: unknown): CinescopeError {
  return new CinescopeError('CSC_ERR_OPTION', `${message}, got ${String(value)}`)
}
