/**
 * The query language: one line of text for one query for events.
 *
 *     kind:handler site:"GET /orders*" duration > 100ms body.user.plan == "pro" text ~ "refund" since 10m order by -duration limit 20
 *
 * Conditions and clauses stand in any order, `and` between them is optional; all must hold. docs/query-language.md has them all.
 */

import type { FilmId, SpanId } from '../ids.ts'
import { type Kind, KINDS } from '../kind.ts'
import type { EventFilter, EventOrder, EventQuery, Operand, ValueTest } from '../query.ts'
import { type WallMs, wallMs } from '../time.ts'
import { durationMs, INSTANT_FORMS, instantOf } from './instant.ts'
import { TokenReader } from './token-reader.ts'
import type { Token } from './tokens.ts'
import { COMPARISONS, ORDERS, PLAIN_PATH, RESERVED } from './words.ts'

/** Where "ago" and "today" are counted from. */
export interface ParseContext {
  readonly nowMs: number
}

type Draft<T> = { -readonly [K in keyof T]: T[K] }

const CONDITION =
  'a condition (kind:, site:, film:, parent:, error, ok, duration, since, until, text ~, a path and a comparison) or order by, limit'
const COMPARISON = `a comparison: ${COMPARISONS.join(', ')}, exists or = (equal as text)`
const NUMBER = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i

/** The query of a text; `formatQuery` gives the text of a query. @throws CSC_ERR_QUERY with a `SyntaxProblem` as its cause */
export function parseQuery(text: string, { nowMs }: ParseContext): EventQuery {
  return new Parser(new TokenReader(text), nowMs).query()
}

/** The query of a stretch of tokens. @throws CSC_ERR_QUERY */
export function queryOf(tokens: TokenReader, { nowMs }: ParseContext): EventQuery {
  return new Parser(tokens, nowMs).query()
}

class Parser {
  readonly #tokens: TokenReader
  readonly #nowMs: number
  readonly #where: Draft<EventFilter> = {}
  readonly #query: Draft<EventQuery> = {}
  readonly #attributes = new Map<string, string | number | boolean>()
  readonly #tests: ValueTest[] = []

  constructor(tokens: TokenReader, nowMs: number) {
    this.#tokens = tokens
    this.#nowMs = nowMs
  }

  query(): EventQuery {
    for (let token = this.#tokens.peek(); token.kind !== 'end'; token = this.#tokens.peek()) this.#part(token)
    if (this.#attributes.size > 0) this.#where.attributes = Object.fromEntries(this.#attributes)
    if (this.#tests.length > 0) this.#where.values = this.#tests
    if (Object.keys(this.#where).length > 0) this.#query.where = this.#where
    return this.#query
  }

  #part(token: Token): void {
    if (token.kind === 'sign') throw this.#tokens.error(token, CONDITION)
    const next = this.#tokens.peek(1)
    const isOrdinary = token.kind === 'string' || !RESERVED.has(token.text)
    if (isOrdinary) this.#ordinary(token, next)
    else this.#reserved(token)
  }

  #reserved(token: Token): void {
    this.#tokens.take()
    switch (token.text) {
      case 'and':
        if (this.#tokens.peek().kind === 'end') throw this.#tokens.error(this.#tokens.peek(), CONDITION)
        return
      case 'kind':
        return this.#once(token, this.#where, 'kinds', this.#kinds())
      case 'site':
        this.#tokens.expect(':')
        return this.#once(token, this.#where, 'site', this.#text('a name, with * for any text'))
      case 'film':
        return this.#once(token, this.#where, 'film', this.#id() as FilmId)
      case 'parent':
        return this.#once(token, this.#where, 'parent', this.#id() as SpanId)
      case 'error':
      case 'ok':
        return this.#once(token, this.#where, 'error', token.text === 'error')
      case 'duration':
        return this.#duration(token)
      case 'since':
        return this.#once(token, this.#where, 'from', this.#instant())
      case 'until':
        return this.#once(token, this.#where, 'to', this.#instant())
      case 'text':
        this.#tokens.expect('~')
        return this.#once(token, this.#where, 'text', this.#string('a text in double quotes'))
      default:
        return this.#clause(token)
    }
  }

  #clause(token: Token): void {
    switch (token.text) {
      case 'order':
        this.#tokens.expect('by', 'word')
        return this.#once(token, this.#query, 'order', this.#order())
      case 'limit':
        return this.#once(token, this.#query, 'limit', this.#limit())
      case 'cursor':
        return this.#once(token, this.#query, 'cursor', this.#string('a cursor in double quotes'))
      default:
        // with, without
        this.#tokens.expect('values', 'word')
        return this.#once(token, this.#query, 'values', token.text === 'with')
    }
  }

  /** A path and a comparison, or a text alone, which is searched for. */
  #ordinary(token: Token, next: Token): void {
    const isCompared =
      (next.kind === 'sign' && next.text !== ':' && next.text !== ',') ||
      (next.kind === 'word' && ['contains', 'matches', 'exists'].includes(next.text))
    if (!isCompared && token.kind === 'string') {
      this.#tokens.take()
      this.#once(token, this.#where, 'text', token.text)
      return
    }
    if (token.kind === 'word' && !PLAIN_PATH.test(token.text)) throw this.#tokens.error(token, CONDITION)
    this.#tokens.take()
    if (!isCompared) throw this.#tokens.error(next, next.text === ':' ? this.#nearest(token.text) : COMPARISON)
    this.#compare(token.text)
  }

  #compare(path: string): void {
    const sign = this.#tokens.take()
    if (sign.text === 'exists') {
      this.#tests.push({ path, op: 'exists' })
      return
    }
    if (sign.text === '=') {
      const token = this.#tokens.peek()
      const value = this.#operand()
      if (value === null) throw this.#tokens.error(token, '== to compare with null')
      if (this.#attributes.has(path)) throw this.#tokens.error(sign, `one ${path} = only`)
      this.#attributes.set(path, value)
      return
    }
    const op = COMPARISONS.find((known) => known === sign.text)
    if (op === undefined) throw this.#tokens.error(sign, COMPARISON)
    this.#tests.push({ path, op, value: op === 'matches' ? this.#string('a text in double quotes') : this.#operand() })
  }

  #operand(): Operand {
    const token = this.#tokens.take()
    if (token.kind === 'string') return token.text
    if (token.kind === 'word') {
      if (token.text === 'true' || token.text === 'false') return token.text === 'true'
      if (token.text === 'null') return null
      if (NUMBER.test(token.text) && Number.isFinite(Number(token.text))) return Number(token.text)
    }
    throw this.#tokens.error(token, 'a value: a text in double quotes, a number, true, false or null')
  }

  #kinds(): readonly Kind[] {
    this.#tokens.expect(':')
    const kinds: Kind[] = []
    do {
      if (kinds.length > 0) this.#tokens.take()
      const token = this.#tokens.take()
      if (token.kind !== 'word' || !Object.hasOwn(KINDS, token.text))
        throw this.#tokens.error(token, `a kind: ${Object.keys(KINDS).join(', ')}`)
      kinds.push(token.text as Kind)
    } while (this.#tokens.isNext(','))
    return kinds
  }

  #duration(name: Token): void {
    const sign = this.#tokens.take()
    if (sign.kind !== 'sign' || !/^[<>]=?$/.test(sign.text)) throw this.#tokens.error(sign, 'one of >, >=, <, <=')
    const token = this.#tokens.take()
    // durations are whole ns: more than 1 ms is 1,000,001 ns at least
    const add = sign.text === '>' ? 1 : sign.text === '<' ? -1 : 0
    const ms = token.kind === 'word' ? durationMs(token.text, add) : undefined
    if (ms === undefined) throw this.#tokens.error(token, 'a duration: 100ms, 40us or 1.5s')
    this.#once(name, this.#where, sign.text.startsWith('>') ? 'minDurationMs' : 'maxDurationMs', ms)
  }

  #instant(): WallMs {
    const token = this.#tokens.take()
    const ms = token.kind === 'word' ? instantOf(token.text, this.#nowMs) : undefined
    if (ms === undefined) throw this.#tokens.error(token, INSTANT_FORMS)
    return wallMs(ms)
  }

  #order(): EventOrder {
    const token = this.#tokens.take()
    const order = ORDERS.find((known) => known === token.text)
    if (order === undefined || token.kind !== 'word') throw this.#tokens.error(token, `an order: ${ORDERS.join(', ')}`)
    return order
  }

  #limit(): number {
    const token = this.#tokens.take()
    if (token.kind !== 'word' || !/^\d{1,9}$/.test(token.text)) throw this.#tokens.error(token, 'a whole number')
    return Number(token.text)
  }

  #id(): string {
    this.#tokens.expect(':')
    const token = this.#tokens.take()
    if (token.kind !== 'word' || !/^[0-9a-f]{16}$/.test(token.text))
      throw this.#tokens.error(token, 'an id of 16 hex digits')
    return token.text
  }

  #string(expected: string): string {
    const token = this.#tokens.take()
    if (token.kind !== 'string') throw this.#tokens.error(token, expected)
    return token.text
  }

  /** A string, or one word that needs no quotes. */
  #text(expected: string): string {
    const token = this.#tokens.take()
    if (token.kind !== 'string' && token.kind !== 'word') throw this.#tokens.error(token, expected)
    return token.text
  }

  #nearest(word: string): string {
    return `a comparison after '${word.slice(0, 40)}'; only kind, site, film and parent take a colon`
  }

  #once<T extends object, K extends keyof T>(token: Token, into: T, key: K, value: T[K]): void {
    if (into[key] !== undefined) throw this.#tokens.error(token, `one ${token.text} only`)
    into[key] = value
  }
}
