/**
 * The language of sequences: steps of conditions, as the query language has them, with arrows between.
 *
 *     kind:request -> kind:error within 5s without kind:log by film
 *     kind:request site:"POST /orders" -> not kind:send within 2s
 */

import type { EventFilter } from '../query.ts'
import type { SequenceQuery, SequenceScope } from '../sequence.ts'
import { durationMs } from './instant.ts'
import { type ParseContext, queryOf } from './parse.ts'
import { TokenReader } from './token-reader.ts'
import { type Token, tokensOf } from './tokens.ts'
import { SEQUENCE_WORDS } from './words.ts'

type Draft<T> = { -readonly [K in keyof T]: T[K] }

const SCOPES: readonly SequenceScope[] = ['film', 'entity', 'any']
const CLAUSES = 'within, without, by, limit or cursor'

/** The query for sequences of a text; `formatSequence` gives the text of one. @throws CSC_ERR_QUERY with a `SyntaxProblem` as its cause */
export function parseSequence(text: string, context: ParseContext): SequenceQuery {
  return new Parser(text, context).sequence()
}

class Parser {
  readonly #text: string
  readonly #context: ParseContext
  readonly #all: readonly Token[]
  readonly #tokens: TokenReader
  /** Tokens taken. */
  #at = 0

  constructor(text: string, context: ParseContext) {
    this.#text = text
    this.#context = context
    this.#all = tokensOf(text)
    this.#tokens = new TokenReader(text, this.#all)
  }

  sequence(): SequenceQuery {
    const steps = [this.#conditions()]
    const query: Draft<SequenceQuery> = { steps }
    while (this.#peek().text === '->' && query.absent === undefined) {
      this.#take()
      if (this.#isWord('not')) {
        this.#take()
        query.absent = true
      }
      steps.push(this.#conditions())
    }
    if (steps.length === 1) throw this.#error(`'->' and what follows`)
    while (this.#peek().kind !== 'end') this.#clause(query)
    return query
  }

  #clause(query: Draft<SequenceQuery>): void {
    const token = this.#peek()
    if (token.kind !== 'word' || !SEQUENCE_WORDS.has(token.text) || token.text === 'not') throw this.#error(CLAUSES)
    this.#take()
    switch (token.text) {
      case 'within':
        return this.#once(token, query, 'withinMs', this.#duration())
      case 'without':
        return this.#once(token, query, 'without', this.#conditions())
      case 'by':
        return this.#once(token, query, 'by', this.#scope())
      case 'limit':
        return this.#once(token, query, 'limit', this.#limit())
      default:
        return this.#once(token, query, 'cursor', this.#cursor())
    }
  }

  /** What stands up to the next arrow or clause; `*` alone fits every event. */
  #conditions(): EventFilter {
    const from = this.#at
    while (!this.#endsStep()) this.#take()
    const stretch = this.#all.slice(from, this.#at)
    if (stretch.length === 0) throw this.#error('a condition, or * for every event')
    if (stretch.length === 1 && stretch[0]?.kind === 'word' && stretch[0].text === '*') return {}
    const end: Token = { kind: 'end', text: '', at: this.#peek().at }
    return queryOf(new TokenReader(this.#text, [...stretch, end]), this.#context).where ?? {}
  }

  /** A word ends a step unless it says what the token before is to be: `site:by`. */
  #endsStep(): boolean {
    const token = this.#peek()
    if (token.kind === 'end' || (token.kind === 'sign' && token.text === '->')) return true
    const before = this.#all[this.#at - 1]
    const isValue = before?.kind === 'sign' && before.text !== '->'
    if (token.kind !== 'word' || isValue) return false
    if (token.text === 'order' || token.text === 'with') throw this.#error(`conditions, '->' or one of ${CLAUSES}`)
    return SEQUENCE_WORDS.has(token.text)
  }

  #duration(): number {
    const token = this.#peek()
    const ms = token.kind === 'word' ? durationMs(token.text) : undefined
    if (ms === undefined) throw this.#error('a duration: 100ms, 40us or 1.5s')
    this.#take()
    return ms
  }

  #scope(): SequenceScope {
    const token = this.#peek()
    const scope = SCOPES.find((known) => token.kind === 'word' && known === token.text)
    if (scope === undefined) throw this.#error(`one of ${SCOPES.join(', ')}`)
    this.#take()
    return scope
  }

  #limit(): number {
    const token = this.#peek()
    if (token.kind !== 'word' || !/^\d{1,9}$/.test(token.text)) throw this.#error('a whole number')
    this.#take()
    return Number(token.text)
  }

  #cursor(): string {
    const token = this.#peek()
    if (token.kind !== 'string') throw this.#error('a cursor in double quotes')
    this.#take()
    return token.text
  }

  #once<K extends keyof SequenceQuery>(
    token: Token,
    query: Draft<SequenceQuery>,
    key: K,
    value: SequenceQuery[K],
  ): void {
    if (query[key] !== undefined) throw this.#tokens.error(token, `one ${token.text} only`)
    query[key] = value
  }

  #peek(): Token {
    return this.#tokens.peek()
  }

  #isWord(text: string): boolean {
    return this.#tokens.isNext(text, 'word')
  }

  #take(): void {
    this.#tokens.take()
    this.#at++
  }

  /** What was expected at the next token. */
  #error(expected: string): Error {
    return this.#tokens.error(this.#peek(), expected)
  }
}
