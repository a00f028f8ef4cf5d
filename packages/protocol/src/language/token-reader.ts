/** Goes through the tokens of a query. */

import type { CinescopeError } from '../errors.ts'
import { syntaxError } from './syntax-error.ts'
import { type Token, tokensOf } from './tokens.ts'

/** See above. */
export class TokenReader {
  readonly #text: string
  readonly #tokens: readonly Token[]
  #next = 0

  /** All tokens of the text, or those of a stretch of it, of which the last one is of kind `end`. */
  constructor(text: string, tokens: readonly Token[] = tokensOf(text)) {
    this.#text = text
    this.#tokens = tokens
  }

  /** The token that comes next, or the one `ahead` of it. */
  peek(ahead = 0): Token {
    // the last one ends the list, and nothing goes past it
    return this.#tokens[Math.min(this.#next + ahead, this.#tokens.length - 1)]!
  }

  take(): Token {
    const token = this.peek()
    this.#next++
    return token
  }

  /** True if the next token is this sign or word. */
  isNext(text: string, kind: Token['kind'] = 'sign', ahead = 0): boolean {
    const token = this.peek(ahead)
    return token.kind === kind && token.text === text
  }

  /** Takes this sign or word. @throws CSC_ERR_QUERY */
  expect(text: string, kind: Token['kind'] = 'sign'): void {
    if (!this.isNext(text, kind)) throw this.error(this.peek(), `'${text}'`)
    this.take()
  }

  /** What was expected where the token stands. */
  error(token: Token, expected: string): CinescopeError {
    return syntaxError(this.#text, token.at, expected)
  }
}
