/** A word that was taken for a PATH and leads nowhere: what it looks like, and how that is said. */

import { CinescopeError } from '@cinescope/protocol'
import { existsSync } from 'node:fs'
import type { Call, Command } from './command.ts'
import { defaultPath } from './default-path.ts'
import { quotedWord, shellWord } from './shell-word.ts'

const FILM_ID = /^[0-9a-f]{4,32}$/
const CLAUSE = /^(?:kind|site|film|parent):|^"|[=!<>]=|\s[<>~]\s|\s(?:contains|matches|exists|order by)\b/
/** A key, a path in a value, a word: no place of a file. */
const BARE = /^[A-Za-z_$][\w$-]*(?:\.\w+|\[\d+\])*$/
const MOST_SHOWN = 200

/** Says more of an error that a PATH leads nowhere, if the word looks like something else; other errors stay as they are. */
export function withLikelyMeaning(thrown: unknown, command: Command, { operands }: Pick<Call, 'operands'>): unknown {
  if (!(thrown instanceof CinescopeError) || thrown.code !== 'CSC_ERR_NO_RECORDING') return thrown
  const index = command.operands.findIndex(({ name }) => name === 'PATH')
  const word = index === -1 ? operands.at(-1) : operands[index]
  if (word === undefined || word.length > MOST_SHOWN || existsSync(word)) return thrown
  const meaning = meaningOf(word, command, operands)
  if (meaning === undefined) return thrown
  return new CinescopeError(thrown.code, `no recording at ${word}, which looks like ${meaning}`, { cause: thrown })
}

function meaningOf(word: string, command: Command, operands: Call['operands']): string | undefined {
  if (command.name === 'ctl') return meaningForCtl(word, operands)
  if (FILM_ID.test(word)) {
    const how = 'film' in command.options ? `${command.name} --film ${word}` : `film ${word}`
    return `the id of a film: cinescope ${how}`
  }
  if (CLAUSE.test(word)) {
    const name = command.operands.some((each) => each.name === 'EXPRESSION') ? command.name : 'query'
    const [path, expression] = [shellWord(defaultPath()), quotedWord(word)]
    return `an expression: cinescope ${name} ${name === 'sequence' ? `${expression} ${path}` : `${path} ${expression}`}`
  }
  const [kind = '', id = ''] = operands
  const isPart = (command.name === 'history' || command.name === 'state') && BARE.test(word) && !word.endsWith('.cine')
  return isPart ? `a part of the state: cinescope history ${shellWord(kind)} ${shellWord(id)} --of ${word}` : undefined
}

function meaningForCtl(word: string, [action, ...words]: Call['operands']): string | undefined {
  if (word.includes('/') || word.endsWith('.cine')) return undefined
  if (action === 'get' && words.length === 1) return 'the key of an option: `cinescope ctl get` shows them all'
  if (action !== 'keep' || words.length < 2) return undefined
  return `a part of the reason, which needs quotes: cinescope ctl keep ${quotedWord(words.join(' '))}`
}
