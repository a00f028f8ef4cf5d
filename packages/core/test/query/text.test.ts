/** Text search and value tests against plain walks over all events, on values of every shape in a recording of many pages. */

import {
  type CinescopeEvent,
  type EventFilter,
  Omitted,
  type Operand,
  Special,
  type ValueTest,
} from '@cinescope/protocol'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { openRecording } from '../../src/reader.ts'
import type { OpenRecording } from '../../src/recording/recording.ts'
import { createScope } from '../../src/scope.ts'

const WORDS = [
  'refund',
  'pro',
  'café',
  '退款',
  'ab',
  '3f9a77c1',
  '42',
  '-1.5',
  '2026-05-01',
  'x'.repeat(700),
  'Refund',
  '\ud83d\ude00',
  '…',
]
const text = fc.oneof(
  fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 4 }).map((words) => words.join(' ')),
  fc.string({ unit: 'binary', maxLength: 12 }),
)
const leaf = fc.oneof(
  text,
  fc.constantFrom(42, -1.5, 1e21, 0, 424_242, true, false, null, undefined, Number.NaN),
  fc.constant(123_456_789_012_345_678_901n),
  fc.constantFrom(new Date(Date.UTC(2026, 4, 1)), new Date(Number.NaN), /refund/u, Buffer.from('refund')),
)
const { value: anyValue } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'plan', 'a.b', 'refund'), tie('value'), { maxKeys: 4 }),
    tie('value').map((each) => new Map([['k', each]])),
    text.map((message) => new Error(message)),
  ),
}))

const ofText = (needle: string) => (event: CinescopeEvent) =>
  textsOf([event.value, event.result]).some((each) => each.includes(needle))

/** All that is searched: strings, numbers as they are written, and what stands for richer things. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value === 'number') return Number.isFinite(value) ? [`${value}`] : []
  if (typeof value !== 'object' || value === null || value instanceof Omitted) return []
  if (!(value instanceof Special)) return Object.values(value).flatMap(textsOf)
  if (value.type === 'Buffer' || value.members['text'] === 'Invalid Date') return []
  return value.type === 'cut' ? textsOf(value.members['text']) : Object.values(value.members).flatMap(textsOf)
}

/** What a path without dots in its keys leads to, in the begin value and in the result. */
function foundAt(event: CinescopeEvent, path: readonly string[]): unknown[] {
  return [event.value, event.result]
    .map((whole) =>
      path.reduce<unknown>((value, key) => {
        const members = value instanceof Special ? value.members : value
        return typeof members === 'object' &&
          members !== null &&
          !(members instanceof Omitted) &&
          Object.hasOwn(members, key)
          ? (members as Record<string, unknown>)[key]
          : undefined
      }, whole),
    )
    .filter((value) => value !== undefined)
}

function passes(value: unknown, { op, value: wanted }: ValueTest & { value: Operand }): boolean {
  const rich = value instanceof Special && value.type !== 'cut' ? value.members['text'] : undefined
  const plain =
    rich === undefined || rich === 'Invalid Date' ? value : (value as Special).type === 'bigint' ? Number(rich) : rich
  const isOrdered = typeof plain === typeof wanted && (typeof plain === 'number' || typeof plain === 'string')
  const asText = value instanceof Special && value.members['text'] !== 'Invalid Date' ? value.members['text'] : value
  switch (op) {
    case '==':
      return plain === wanted
    case '!=':
      return plain !== wanted
    case '<':
      return isOrdered && (plain as number) < (wanted as number)
    case '<=':
      return isOrdered && (plain as number) <= (wanted as number)
    case '>':
      return isOrdered && (plain as number) > (wanted as number)
    case '>=':
      return isOrdered && (plain as number) >= (wanted as number)
    case 'contains':
      return Array.isArray(value)
        ? value.includes(wanted) ||
            (typeof wanted === 'number' &&
              value.some(
                (item) => item instanceof Special && item.type === 'bigint' && Number(item.members['text']) === wanted,
              )) ||
            value.some(
              (item) =>
                item instanceof Special &&
                ['Date', 'RegExp'].includes(item.type) &&
                item.members['text'] === wanted &&
                wanted !== 'Invalid Date',
            )
        : typeof wanted === 'string' && typeof asText === 'string' && asText.includes(wanted)
    case 'matches':
      return typeof asText === 'string' && asText.startsWith(String(wanted).slice(0, -1))
    case 'exists':
      return true
  }
}

async function record(directory: string | undefined): Promise<Awaited<ReturnType<typeof createScope>>> {
  const store = directory === undefined ? ({ store: 'memory' } as const) : { directory }
  const scope = await createScope({ sources: false, handleSignals: false, ...store })
  const values = fc.sample(anyValue, { numRuns: 500, seed: 7 })
  await scope.span('root', async () => {
    for (const [index, value] of values.entries()) {
      scope.log('entry', { a: value, plan: index % 3 === 0 ? 'pro' : index, filler: 'lorem ipsum '.repeat(index % 50) })
      if (index % 100 === 0) await scope.flush()
    }
  })
  await scope.flush()
  return scope
}

describe.each(['a live recording in memory', 'a closed file with its text index'])(
  'a query by values in %s',
  (where) => {
    const isFile = where.startsWith('a closed')
    const directory = mkdtempSync(join(tmpdir(), 'cinescope-text-'))
    let recording: OpenRecording
    let end: () => Promise<unknown>
    let events: readonly CinescopeEvent[] = []
    beforeAll(async () => {
      const scope = await record(isFile ? directory : undefined)
      if (isFile) await scope.stop()
      recording = isFile ? openRecording(directory) : scope.recording()
      end = isFile ? () => recording.close() : () => scope.stop()
      for await (const event of recording.stream()) events = [...events, event]
    })
    afterAll(async () => {
      await end()
      rmSync(directory, { recursive: true })
    })

    const found = async (filter: EventFilter): Promise<number[]> =>
      (await recording.events({ where: filter, limit: 10_000, values: false })).items.map(({ seq }) => seq)
    const expected = (test: (event: CinescopeEvent) => boolean): number[] => events.filter(test).map(({ seq }) => seq)

    it('finds the text that a walk over every decoded value finds', async () => {
      const inside = fc
        .tuple(
          fc.constantFrom(...events.flatMap(({ value }) => textsOf(value)).filter((each) => each !== '')),
          fc.nat(),
          fc.integer({ min: 1, max: 12 }),
        )
        .map(([whole, from, length]) => whole.slice(from % whole.length, (from % whole.length) + length))
      await fc.assert(
        fc.asyncProperty(fc.oneof(inside, fc.constantFrom(...WORDS), fc.string({ minLength: 1 })), async (needle) => {
          expect(await found({ text: needle })).toEqual(expected(ofText(needle)))
        }),
        { numRuns: 120 },
      )
    })

    it('passes the events whose path leads to what the test asks for', async () => {
      const operand = fc.oneof(
        fc.constantFrom<Operand>(
          ...WORDS,
          42,
          -1.5,
          0,
          true,
          false,
          null,
          1e21,
          Number(123_456_789_012_345_678_901n),
          3,
          100,
          '2026-05-01T00:00:00.000Z',
        ),
        text,
      )
      const path = fc.constantFrom(
        ['a'],
        ['plan'],
        ['a', 'plan'],
        ['a', '0'],
        ['a', 'a'],
        ['a', 'message'],
        ['nothing'],
      )
      const op = fc.constantFrom<ValueTest['op']>('==', '!=', '<', '<=', '>', '>=', 'contains', 'exists', 'matches')
      await fc.assert(
        fc.asyncProperty(path, op, operand, async (keys, operator, wanted) => {
          const value = operator === 'matches' ? `${String(wanted).replaceAll('*', '')}*` : wanted
          const test = { path: keys.join('.'), op: operator, value } as ValueTest & { value: Operand }
          const isThere = (event: CinescopeEvent): boolean => {
            const all = foundAt(event, keys)
            return (
              all.length > 0 &&
              (operator === '!=' ? all.every((each) => passes(each, test)) : all.some((each) => passes(each, test)))
            )
          }
          expect(await found({ values: [test] })).toEqual(expected(isThere))
        }),
        { numRuns: 250 },
      )
    })

    it('holds only where all of its conditions hold', async () => {
      const both: EventFilter = {
        text: 'refund',
        values: [
          { path: 'plan', op: '==', value: 'pro' },
          { path: 'filler', op: 'contains', value: 'ipsum' },
        ],
      }
      const all = await found(both)
      expect(all.length).toBeGreaterThan(3)
      expect(all).toEqual(
        expected(
          (event) =>
            ofText('refund')(event) &&
            foundAt(event, ['plan']).includes('pro') &&
            foundAt(event, ['filler']).some((each) => String(each).includes('ipsum')),
        ),
      )
    })

    it.each<[EventFilter, string]>([
      [{ text: '' }, 'must have 1 to 1000 characters'],
      [{ text: 'x'.repeat(1001) }, 'must have 1 to 1000 characters'],
      [{ text: 5 as never }, 'must have 1 to 1000 characters'],
      [{ values: [{ path: '', op: 'exists' }] }, 'path of a test'],
      [{ values: [{ path: 'a', op: '=~' as never, value: 1 }] }, "'=~' is no test; tests are =="],
      [{ values: [{ path: 'a', op: '==', value: {} as never }] }, 'needs a text, a number'],
      [{ values: [{ path: 'a', op: 'matches', value: 3 }] }, 'a matches needs a text'],
      [{ values: Array.from({ length: 101 }, () => ({ path: 'a', op: 'exists' as const })) }, '101 tests of values'],
    ])('refuses %j', async (filter, message) => {
      await expect(found(filter)).rejects.toMatchObject({ code: 'CSC_ERR_QUERY' })
      await expect(found(filter)).rejects.toThrow(message)
    })

    it('takes the largest that it does not refuse', async () => {
      expect(await found({ text: 'y'.repeat(1000) })).toEqual([])
      expect(
        await found({ values: Array.from({ length: 100 }, () => ({ path: 'plan', op: 'exists' as const })) }),
      ).toHaveLength(500)
    })

    it.runIf(isFile)('finds the same where the index is damaged, and counts that', async () => {
      const copy = mkdtempSync(join(tmpdir(), 'cinescope-text-'))
      onTestFinished(() => rmSync(copy, { recursive: true }))
      cpSync(directory, copy, { recursive: true })
      const file = readdirSync(copy).find((name) => name.endsWith('.cine'))!
      using database = new DatabaseSync(join(copy, file))
      database.exec('UPDATE gram SET filters = zeroblob(octet_length(filters))')
      await using damaged = openRecording(copy)
      const { items, explain } = await damaged.events({ where: { text: 'refund' }, limit: 10_000 })
      expect(items.map(({ seq }) => seq)).toEqual(expected(ofText('refund')))
      expect(items.length).toBeGreaterThan(0)
      expect(explain).toMatchObject({ valuePagesSkipped: 0 })
      expect(explain.corrupt).toBeGreaterThan(0)
    })

    it('reads no rows of segments whose pages lack the text, nor pages that the index rules out, and says so', async () => {
      const { items, explain } = await recording.events({ where: { text: 'nowhere to be found' } })
      expect(items).toEqual([])
      expect(explain).toMatchObject({ rowsRead: 0, segmentsRead: 0, segmentsSkipped: { text: explain.segments } })
      expect(explain.valuePagesSkipped > 5).toBe(isFile)
      expect(isFile && explain.valuePagesRead > 0).toBe(false)
    })
  },
)
