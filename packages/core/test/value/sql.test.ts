import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parametersOf } from '../../src/sources/sql-parameters.ts'
import { redactSql } from '../../src/value/sql.ts'

describe('SQL', () => {
  it.each([
    ["SELECT * FROM t WHERE a = 'x' AND b = 5 LIMIT 10", 'SELECT * FROM t WHERE a = ? AND b = 5 LIMIT 10'],
    ["INSERT INTO t VALUES ('it''s', E'x', 4111111111111111)", 'INSERT INTO t VALUES (?, E?, ?)'],
    ['SELECT "name" FROM "people" WHERE id = $1', 'SELECT "name" FROM "people" WHERE id = $1'],
    ['UPDATE `t` SET `a` = "secret", b = "other"', 'UPDATE `t` SET `a` = ?, b = ?'],
    ['SELECT a FROM t WHERE b = "secret"', 'SELECT a FROM t WHERE b = ?'],
    ['DO $tag$ secret $tag$', 'DO ?'],
    ['SELECT 1 -- secret\nFROM t /* secret */ WHERE x', 'SELECT 1 ?\nFROM t ? WHERE x'],
    ["SELECT 'never ends", 'SELECT ?'],
    [String.raw`SELECT 'a\', 'secret'`, 'SELECT ?…'],
    ['/* a /* secret */ secret */ SELECT 1', '?…'],
    ['INSERT INTO t(p, q) VALUES (lower("secret"), "secret")', 'INSERT INTO t(p, q) VALUES (lower(?), ?)'],
    [
      'INSERT INTO "t"("a") VALUES ($1) ON CONFLICT ("a") DO NOTHING',
      'INSERT INTO "t"("a") VALUES ($1) ON CONFLICT ("a") DO NOTHING',
    ],
    [
      'SELECT a FROM t WHERE b LIKE "secret" OR c IN ("secret", "secret")',
      'SELECT a FROM t WHERE b LIKE ? OR c IN (?, ?)',
    ],
    ['SELECT a FROM t WHERE b BETWEEN "secret" AND "secret"', 'SELECT a FROM t WHERE b BETWEEN ? AND ?'],
    ['SELECT a FROM t WHERE b =\n\t"secret"', 'SELECT a FROM t WHERE b =\n\t?'],
    ['SELECT 1 # secret\nFROM t', 'SELECT 1 ?\nFROM t'],
    ["SELECT a #>> '{b}'", 'SELECT a #>> ?'],
    ['SELECT 0x736563726574', 'SELECT ?'],
    ['SELECT $é$ secret $é$', 'SELECT ?'],
    ['SELECT abc123456, t1234567.x', 'SELECT abc123456, t1234567.x'],
  ])('%j is kept as %j', (sql, kept) => {
    expect(redactSql(sql)).toBe(kept)
  })

  it('of a database whose double quotes hold values has none of them', () => {
    expect(redactSql('SELECT concat("secret", a), "secret"', true)).toBe('SELECT concat(?, a), ?')
  })

  it('keeps nothing of what is in a literal, whatever quotes and words surround it', () => {
    const word = fc.constantFrom('SELECT', 'a', '=', ',', '(', ')', '$1', '"n"', 'FROM', '17', 'E')
    const content = fc.string({ maxLength: 20, unit: fc.constantFrom('x', ' ', '"', '-', '/', '*', '$', 'é') })
    fc.assert(
      fc.property(fc.array(fc.tuple(word, content), { maxLength: 12 }), (parts) => {
        const sql = parts.map(([before, inside]) => `${before} 'ZZTOP${inside}'`).join(' ')
        expect(redactSql(sql)).not.toContain('ZZTOP')
      }),
    )
  })

  it('takes time in proportion to what it is given', () => {
    for (const piece of ["'", '"', '$a', '$$', '/*', '--', "''", '\\', '$a$', '1'])
      expect(redactSql(piece.repeat(70_000)).length).toBeLessThanOrEqual(70_000)
  })
})

describe('parameters', () => {
  const of = (sql: string, ...values: unknown[]): unknown => {
    const found = parametersOf(sql, values)
    return found && Object.fromEntries(found.names.map((name, i) => [name, found.values[i]]))
  }

  it.each([
    ['INSERT INTO t(a, "b") VALUES ($2, $1)', [1, 2], { a: 2, b: 1 }],
    ['UPDATE t SET a = $1 WHERE b <> $2 AND c ilike $3', [1, 2, 3], { a: 1, b: 2, c: 3 }],
    ['SELECT $1::int', [1], undefined],
    ['SELECT * FROM t WHERE a = $3', [1], undefined],
    ['INSERT INTO t(a, b) VALUES (lower($1), $2::text)', [1, 2], { b: 2 }],
    ["INSERT INTO t(a, b, c) VALUES (coalesce($1, ''), $2, $3)", [1, 2, 3], undefined],
  ])('of %s are known by column', (sql, values, expected) => {
    expect(of(sql, ...values)).toEqual(expected)
  })
})
