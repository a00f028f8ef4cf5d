import { describe, expect, it } from 'vitest'
import { parametersOf } from '../../src/sources/sql-parameters.ts'
import { withoutRows } from '../../src/value/database-text.ts'
import { Fixture, plain } from './fixture.ts'

describe('what a database quotes', () => {
  it.each([
    ['Failing row contains (7, ann@example.org, a) b, (c), null).', 'Failing row contains (…).'],
    ["unnamed portal parameter $1 = 'it''s'", "unnamed portal parameter $1 = '…'"],
    [
      "extended query with parameters: $1 = 'a', $2 = NULL, $12 = 'b",
      "extended query with parameters: $1 = '…', $2 = NULL, $12 = '…'",
    ],
    ["Duplicate entry 'it's'-x' for key 'users.reset_token'", "Duplicate entry '…' for key 'users.reset_token'"],
    ['invalid input syntax for type uuid: "a"b"', 'invalid input syntax for type uuid: "…"'],
    ['value "12345678901" is out of range for type integer', 'value "…" is out of range for type integer'],
    ['saving: invalid input syntax for type uuid: "a"\nb" (again)', 'saving: invalid input syntax for type uuid: "…"'],
    ['malformed array literal: "{a"', 'malformed array literal: "…"'],
    ['date/time field value out of range: "1-1-1"', 'date/time field value out of range: "…"'],
    ['invalid value "ab" for "YYYY"', 'invalid value "…" for "YYYY"'],
    ['Token "ab" is invalid.', 'Token "…" is invalid.'],
    ['Expected ":", but found "ab".', 'Expected ":", but found "…".'],
    ['JSON data, line 1: {a...\nunnamed portal', 'JSON data, line 1: …\nunnamed portal'],
    ['COPY people, line 2, column word: "ab"', 'COPY people, line 2, column word: "…"'],
    ['COPY people, line 2: "1,ab"', 'COPY people, line 2: "…"'],
    ["Incorrect integer value: 'it's' for column 'n' at row 1", "Incorrect integer value: '…' for column 'n' at row 1"],
    ["Truncated incorrect DOUBLE value: 'ab'", "Truncated incorrect DOUBLE value: '…'"],
    ['Incorrect usage of UNION and LIMIT', 'Incorrect usage of UNION and LIMIT'],
    ['relation "people" does not exist', 'relation "people" does not exist'],
    ['invalid parameter', 'invalid parameter'],
  ])('%s', (text, told) => {
    expect(withoutRows(text)).toBe(told)
    const error = Object.assign(new Error(text), {
      code: '23502',
      detail: text,
      where: text,
      sqlMessage: text,
      table: 't',
    })
    const fixture = new Fixture()
    const written = JSON.stringify(plain(fixture.roundTrip(error)))
    expect(written.split(JSON.stringify(told).slice(1, -1))).toHaveLength(6)
    expect(written).toContain('"table":"t"')
  })

  it('is looked for without taking long, whatever the text is', () => {
    const long = `Failing row contains (${'('.repeat(50_000)} $1 = '${"''".repeat(50_000)} Duplicate entry ${"'".repeat(50_000)}`
    expect(withoutRows(long).length).toBeLessThan(long.length)
  })
})

describe('parameters of a statement', () => {
  const names = (sql: string): readonly string[] | undefined => parametersOf(sql, ['a', 'b', 'c'])?.names

  it.each([
    ['UPDATE t SET "api key" = $1, "Social ""No""" = $2, plain=$3', ['api key', 'Social ""No""', 'plain']],
    ['SELECT 1 FROM t WHERE t."api-key" = $1 AND "t"."b" <> $2', ['api-key', 'b']],
    ['INSERT INTO t("api key", b) VALUES ($1, $2)', ['api key', 'b']],
    ['UPDATE t SET x = $1', ['x']],
  ])('%s', (sql, expected) => {
    expect(names(sql)).toEqual(expected)
  })
})
