/** Finds the import and re-export statements of a TypeScript source without a compiler. */

/** One `import ... from`, `export ... from`, `import 'x'` or `import('x')`. */
export interface ImportStatement {
  readonly specifier: string
  /** 1-based. */
  readonly line: number
  /** True when the statement leaves no trace at run time: `import type`, `export type`. */
  readonly isTypeOnly: boolean
  /** True for `export * from`. */
  readonly isStar: boolean
}

/** What a source file imports, and whether it does anything else. */
export interface ScannedSource {
  readonly imports: readonly ImportStatement[]
  /** Line of the first token that is no `export ... from`; undefined in a file of nothing but re-exports. */
  readonly firstOtherLine: number | undefined
}

interface Token {
  readonly kind: 'word' | 'string' | 'punctuation'
  readonly text: string
  readonly line: number
}

/** Scans one source; comments, strings, templates and regular expressions are never mistaken for imports. */
export function scanImports(source: string): ScannedSource {
  const tokens = tokenize(source)
  const imports: ImportStatement[] = []
  let firstOtherLine: number | undefined
  let index = 0
  while (index < tokens.length) {
    const token = tokens[index] as Token // index < length
    const found = token.text === 'import' || token.text === 'export' ? readStatement(tokens, index) : undefined
    if (found !== undefined) imports.push(found.statement)
    if (found === undefined || token.text === 'import') firstOtherLine ??= token.line
    index = found?.next ?? index + 1
  }
  return { imports, firstOtherLine }
}

function readStatement(
  tokens: readonly Token[],
  start: number,
): { readonly statement: ImportStatement; readonly next: number } | undefined {
  const keyword = tokens[start]
  if (keyword?.kind !== 'word' || tokens[start - 1]?.text === '.') return undefined
  const isTypeOnly = tokens[start + 1]?.text === 'type'
  const at = isTypeOnly ? start + 2 : start + 1
  const first = tokens[at]
  const isStar = keyword.text === 'export' && first?.text === '*'
  const statementTo = (position: number) => {
    const target = tokens[position]
    if (target?.kind !== 'string') return undefined
    return { statement: { specifier: target.text, line: keyword.line, isTypeOnly, isStar }, next: position + 1 }
  }
  if (keyword.text === 'import') {
    if (first?.kind === 'string') return statementTo(at)
    if (first?.text === '(') return statementTo(at + 1)
    if (first?.text === '.') return undefined
  } else if (first?.text !== '{' && first?.text !== '*') return undefined
  const from = findFrom(tokens, at)
  return from === undefined ? undefined : statementTo(from + 1)
}

/** The `from` that closes an import clause; gives up at anything a clause cannot hold. */
function findFrom(tokens: readonly Token[], start: number): number | undefined {
  for (let index = start; index < tokens.length; index += 1) {
    const token = tokens[index] as Token // index < length
    if (token.text === 'from' && tokens[index + 1]?.kind === 'string') return index
    if (token.kind === 'punctuation' && !'{},*'.includes(token.text)) return undefined
  }
  return undefined
}

const LEXEMES =
  /(?<space>\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)|(?<string>'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")|(?<word>[\p{ID_Start}$_#@][\p{ID_Continue}$]*|\d[\w.]*)|(?<template>`)|(?<slash>\/)|(?<punctuation>.)/suy
const REGEXP = /\/(?:[^\\/[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y
/** After one of these a slash divides; anywhere else it opens a regular expression. */
const ENDS_OPERAND =
  /^(?:[)\]}]|(?!(?:return|typeof|case|in|of|await|yield|void|delete|throw|else|do)$)[\p{ID_Continue}$]+)$/u

function tokenize(source: string): readonly Token[] {
  const tokens: Token[] = []
  let at = 0
  let line = 1
  while (at < source.length) {
    LEXEMES.lastIndex = at
    const groups = LEXEMES.exec(source)?.groups ?? {}
    let end = LEXEMES.lastIndex
    if (groups['template'] !== undefined) end = endOfTemplate(source, at)
    else if (groups['slash'] !== undefined) end = endOfSlash(source, at, tokens.at(-1))
    const text = source.slice(at, end)
    if (groups['word'] !== undefined) tokens.push({ kind: 'word', text, line })
    else if (groups['string'] !== undefined) tokens.push({ kind: 'string', text: text.slice(1, -1), line })
    else if (groups['space'] === undefined) tokens.push({ kind: 'punctuation', text, line })
    line += text.split('\n').length - 1
    at = end
  }
  return tokens
}

function endOfSlash(source: string, at: number, before: Token | undefined): number {
  if (before !== undefined && (before.kind === 'string' || ENDS_OPERAND.test(before.text))) return at + 1
  REGEXP.lastIndex = at
  return REGEXP.test(source) ? REGEXP.lastIndex : at + 1
}

/** The position after a template literal, nested `${}` and templates inside it included. */
function endOfTemplate(source: string, start: number): number {
  let at = start + 1
  while (at < source.length && source[at] !== '`') {
    if (source[at] === '\\') at += 2
    else if (source.startsWith('${', at)) at = endOfSubstitution(source, at + 2)
    else at += 1
  }
  return at + 1
}

function endOfSubstitution(source: string, start: number): number {
  let depth = 1
  let at = start
  while (at < source.length && depth > 0) {
    const character = source[at]
    if (character === '`') {
      at = endOfTemplate(source, at)
      continue
    }
    if (character === "'" || character === '"') {
      LEXEMES.lastIndex = at
      LEXEMES.exec(source)
      at = Math.max(LEXEMES.lastIndex, at + 1)
      continue
    }
    if (character === '{') depth += 1
    else if (character === '}') depth -= 1
    at += 1
  }
  return at
}
