/** Parameters of a statement by the columns that they are for, so that what is secret is known by its name. */

import { Attributes } from '../value/attributes.ts'

const COMPARED =
  /(?<![\w"])(?:"((?:[^"]|""){1,64})"|(\w{1,64}))\s{0,8}(?:=|<>|!=|<=?|>=?|~~?\*?|\b(?:i?like|is)\b)\s{0,8}\$(\d{1,4})\b/gi
const INSERTED =
  /\binsert\s{1,8}into\s[^(]{1,200}\(([^()]{1,4000})\)\s{0,8}values\s{0,8}\(((?:[^()]|\([^()]{0,200}\)){1,4000})\)/i
const NAME = /^\s*(?:"((?:[^"]|""){1,64})"|(\w{1,64}))\s*$/
/** Statements are not looked through beyond this. */
const MAX_LENGTH = 16_384

/** Names and values of the parameters whose column is known; undefined when none is. Those of other places are left out. */
export function parametersOf(text: string, values: readonly unknown[]): Attributes | undefined {
  const sql = text.length > MAX_LENGTH ? text.slice(0, MAX_LENGTH) : text
  const found = new Map<string, unknown>()
  const keep = (name: string, number: string): void => {
    const place = Number(number) - 1
    if (place >= 0 && place < values.length) found.set(name, values[place])
  }
  for (const [, quoted, plain = '', number = ''] of sql.matchAll(COMPARED)) keep(quoted ?? plain, number)
  const [, columns, places] = INSERTED.exec(sql) ?? []
  const names = columns?.split(',') ?? []
  const expressions = places?.split(',') ?? []
  // a comma inside of an expression would put values under the names of others
  if (names.length !== expressions.length) return found.size === 0 ? undefined : listed(found)
  for (const [i, expression] of expressions.entries()) {
    const number = /^\s*\$(\d{1,4})\s*(?:::\w+)?\s*$/.exec(expression)?.[1]
    const [, quoted, plain] = NAME.exec(names[i] ?? '') ?? []
    const name = quoted ?? plain
    if (number !== undefined && name !== undefined) keep(name, number)
  }
  return found.size === 0 ? undefined : listed(found)
}

function listed(found: ReadonlyMap<string, unknown>): Attributes {
  return new Attributes([...found.keys()], [...found.values()])
}
