/** What the words of `cinescope ctl` ask for. The PATH is the last word, so that it reads like every other command. */

import { existsSync } from 'node:fs'
import type { ControlRequest } from '@cinescope/core/reader'
import { usageError } from './exit-code.ts'
import { didYouMean } from './nearest.ts'

/** A request, and whose processes it is for. */
export interface CtlWords {
  readonly request: ControlRequest
  readonly path: string | undefined
}

const ACTIONS = ['status', 'get', 'set', 'keep'] as const
/** The name of an option, `=`, and its value. A path with a `=` in it can begin with `./`. */
const PAIR = /^([A-Za-z]\w*(?:\.\w+)*)=(.*)$/s

/** Reads them. @throws CSC_ERR_OPTION */
export function readCtlWords(action: string | undefined, words: readonly string[]): CtlWords {
  switch (action) {
    case 'status':
    case 'get':
      return { request: { ask: action }, path: onlyPath(action, words) }
    case 'set': {
      const isPair = (word: string): boolean => PAIR.test(word)
      const pairs = words.filter(isPair)
      if (pairs.length === 0)
        throw usageError('ctl set needs what to set: cinescope ctl set values.maxBytes=1024 [PATH]')
      const path = onlyPath(
        action,
        words.filter((word) => !isPair(word)),
      )
      if (path !== undefined && words.at(-1) !== path)
        throw usageError(`the PATH comes last, after what to set; '${path.slice(0, 60)}' does not`)
      return { request: { ask: action, options: optionsOf(pairs) }, path }
    }
    case 'keep': {
      const [reason, ...rest] = words
      if (reason === undefined) throw usageError("ctl keep needs a reason: cinescope ctl keep 'orders hang' [PATH]")
      if (rest.length === 0 && existsSync(reason))
        throw usageError(`'${reason.slice(0, 60)}' is a path; the reason comes first: cinescope ctl keep REASON PATH`)
      return { request: { ask: action, reason }, path: onlyPath(action, rest) }
    }
    default:
      throw usageError(
        `ctl does ${ACTIONS.join(', ')}; '${action?.slice(0, 60)}' is none of them.${didYouMean(action ?? '', ACTIONS)}`,
      )
  }
}

function onlyPath(action: string, words: readonly string[]): string | undefined {
  const [path, extra] = words
  if (extra === undefined) return path
  const hint = action === 'set' ? '; what to set is KEY=VALUE' : action === 'keep' ? '; put the reason in quotes' : ''
  throw usageError(`'${extra.slice(0, 60)}' is one word too many for ctl ${action}${hint}`)
}

function optionsOf(pairs: readonly string[]): Record<string, string> {
  const entries = pairs.map((pair) => {
    const [, key = '', value = ''] = PAIR.exec(pair) ?? []
    // null in code
    return [key, value === 'null' ? 'none' : value] as const
  })
  const twice = entries.find(([key], index) => entries.findIndex(([other]) => other === key) !== index)
  if (twice !== undefined) throw usageError(`${twice[0].slice(0, 60)} is set twice; set it once`)
  return Object.fromEntries(entries)
}
