/** Recorded values as text: what was left out, and what JSON has no form for, is told in brackets. */

import { Omitted, Special } from '@cinescope/protocol'

const IDENTIFIER = /^[\p{L}_$][\p{L}\p{N}_$.-]*$/u
const MAX_DEPTH = 70
const INDENT = '  '

/** The value on one line. Long before `limit` characters are reached nothing is cut; beyond, the rest is not looked at. */
export function inline(value: unknown, limit = 10_000): string {
  return oneLine(value, { left: limit, depth: 0 })
}

/** The value over as many lines as it takes to keep each within `width` where that can be. */
export function lines(value: unknown, width: number): string[] {
  return broken(value, width, 0)
}

interface Budget {
  left: number
  depth: number
}

function oneLine(value: unknown, budget: Budget): string {
  if (budget.left <= 0 || budget.depth > MAX_DEPTH) return '…'
  const shape = shapeOf(value)
  if (typeof shape === 'string') {
    const { left } = budget
    budget.left -= shape.length
    return shape.length > left ? `${shape.slice(0, left)}…` : shape
  }
  const parts: string[] = []
  budget.depth++
  for (const [key, member] of shape.members) {
    if (budget.left <= 0) {
      parts.push('…')
      break
    }
    const label = key === undefined ? '' : `${key}: `
    budget.left -= label.length + 2
    parts.push(label + oneLine(member, budget))
  }
  budget.depth--
  const inner = parts.join(', ')
  const [open, close] = shape.brackets
  return (
    shape.name + (inner === '' ? open + close : shape.brackets[0] === '[' ? `[${inner}]` : `${open} ${inner} ${close}`)
  )
}

function broken(value: unknown, width: number, depth: number): string[] {
  const whole = inline(value, Number.isFinite(width) ? width * 2 + 200 : 200)
  const shape = shapeOf(value)
  if (typeof shape === 'string' || depth > MAX_DEPTH) return [whole]
  if (whole.length <= Math.min(width, 120) && !whole.includes('…')) return [whole]
  const inner = shape.members.map(([key, member]) => {
    const [first = '', ...rest] = broken(member, width - INDENT.length, depth + 1)
    return [(key === undefined ? '' : `${key}: `) + first, ...rest]
  })
  const isPlainList = shape.members.every(([key, member]) => key === undefined && typeof shapeOf(member) === 'string')
  const shown = isPlainList ? filled(inner.flat(), Math.min(width, 100)) : inner.flat()
  return [shape.name + shape.brackets[0], ...shown.map((line) => INDENT + line), shape.brackets[1]]
}

/** As many items on a line as fit. */
function filled(items: readonly string[], width: number): string[] {
  const rows: string[] = []
  for (const item of items) {
    const last = rows.at(-1)
    if (last === undefined || last.length + item.length + 4 > width) rows.push(item)
    else rows[rows.length - 1] = `${last}, ${item}`
  }
  return rows
}

interface Shape {
  readonly name: string
  readonly brackets: readonly [string, string]
  readonly members: readonly (readonly [key: string | undefined, value: unknown])[]
}

/** A text, or a container with its members. */
function shapeOf(value: unknown): string | Shape {
  if (typeof value === 'string') return quoted(value)
  if (value === undefined || value === null || typeof value !== 'object')
    return Object.is(value, -0) ? '-0' : String(value)
  if (value instanceof Omitted) return omission(value)
  if (value instanceof Words) return value.text
  if (value instanceof Special) return special(value)
  if (Array.isArray(value)) return { name: '', brackets: ['[', ']'], members: value.map((item) => [undefined, item]) }
  return { name: '', brackets: ['{', '}'], members: membersOf(value as Record<string, unknown>) }
}

function membersOf(value: Readonly<Record<string, unknown>>): [string | undefined, unknown][] {
  return Object.entries(value).map(([key, member]) => {
    if (key === '$omitted' && member instanceof Omitted) return [undefined, member]
    return [IDENTIFIER.test(key) ? key : quoted(key), member]
  })
}

/** `[redacted]`, `[width: 12 more]`, `[size: 4096 more]`. */
function omission({ reason, amount }: Omitted): string {
  if (amount === 0) return `[${reason}]`
  return reason === 'text' ? `[text of ${amount} bytes]` : `[${reason}: ${amount} more]`
}

function special({ type, members }: Special): string | Shape {
  const text = members['text']
  if (type === 'bigint') return `${String(text)}n`
  if (type === 'cut') return `${quoted(String(text))}… (${String(members['length'])} characters)`
  if (type === 'cycle') return `[cycle: ${String(members['levels'])} up]`
  if (type === 'function') return `[function ${String(members['name'])}]`
  if (type === 'symbol') return `Symbol(${String(members['description'])})`
  if (typeof text === 'string' && Object.keys(members).length === 1) return `${type}(${text})`
  if (Array.isArray(members['changes']))
    return { name: '', brackets: ['{', '}'], members: members['changes'].map((each) => change(each as Told)) }
  if (Array.isArray(members['entries']))
    return { name: `${type} `, brackets: ['{', '}'], members: members['entries'].map(entry) }
  if (Array.isArray(members['items'])) {
    return { name: `${type} `, brackets: ['[', ']'], members: members['items'].map((item) => [undefined, item]) }
  }
  if (typeof members['hex'] === 'string') return `${type}(${String(members['length'])} bytes) ${members['hex']}`
  return { name: `${type} `, brackets: ['{', '}'], members: membersOf(members) }
}

function entry(pair: unknown): [string | undefined, unknown] {
  return Array.isArray(pair) ? [inline(pair[0], 200), pair[1]] : [undefined, pair]
}

/** Stands in a change for what is no value. */
class Words {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

interface Told {
  readonly path: readonly (string | number)[]
  readonly set?: unknown
  readonly delete?: true
  readonly at?: number
  readonly remove?: number
  readonly insert?: readonly unknown[]
}

/** A change of a patch as its path and what came there. */
function change({ path, set, delete: isDeleted, at, remove, insert }: Told): [string, unknown] {
  const place = pathText(path)
  if (isDeleted === true) return [place, new Words('[gone]')]
  if (insert === undefined) return [place, set]
  const gone = remove === undefined || remove === 0 ? [] : [new Words(`[${remove} gone]`)]
  return [`${path.length === 0 ? '' : place}[${at}]`, [...gone, ...insert]]
}

/** Steps as they are typed: `items.0.price`; `(all)` for the whole. */
export function pathText(path: readonly (string | number)[]): string {
  return path.length === 0 ? '(all)' : path.join('.')
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
