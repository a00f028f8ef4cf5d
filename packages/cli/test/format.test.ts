import { getEventListeners } from 'node:events'
import type { CinescopeEvent, Film } from '@cinescope/protocol'
import { Omitted, Special } from '@cinescope/protocol'
import { describe, expect, test, vi } from 'vitest'
import { nearest } from '../src/base/nearest.ts'
import { silenceSqliteWarning } from '../src/base/sqlite-warning.ts'
import { filmTree } from '../src/film-tree.ts'
import { bar } from '../src/format/bar.ts'
import { errorChain } from '../src/format/error-text.ts'
import { eventLabel, eventValues } from '../src/format/event-label.ts'
import { toJson } from '../src/format/json.ts'
import { Screen } from '../src/format/screen.ts'
import { clipLine, paint, styled } from '../src/format/styled.ts'
import { table } from '../src/format/table.ts'
import { bytes, count, duration, percent } from '../src/format/units.ts'
import { inline, lines } from '../src/format/value-text.ts'
import { clip, visible, widthOf, wrapWords } from '../src/format/visible.ts'
import { main } from '../src/main.ts'

const terminal = (
  colors: boolean,
  columns = 80,
): { output: ConstructorParameters<typeof Screen>[0]['stdout']; text: () => string } => {
  let written = ''
  const output = { isTTY: true, columns, hasColors: () => colors, write: (text: string) => (written += text) }
  return { output, text: () => written }
}

describe('units', () => {
  test.each([
    [0, '0 ns'],
    [999, '999 ns'],
    [1000, '1.00 µs'],
    [41_230, '41.2 µs'],
    [999_499, '999 µs'],
    [999_500, '1.00 ms'],
    [12_400_000, '12.4 ms'],
    [2_310_000_000, '2.31 s'],
    [182_000_000_000, '3 m 02 s'],
  ])('%d ns is %s', (ns, text) => expect(duration(ns)).toBe(text))

  test('bytes, counts and parts', () => {
    expect([bytes(1023), bytes(1024), bytes(1_048_576)]).toEqual(['1023 B', '1.00 KiB', '1.00 MiB'])
    expect([count(999), count(1000), count(1_234_567)]).toEqual(['999', '1,000', '1,234,567'])
    expect([percent(0.000_12), percent(0.0012), percent(0.34), percent(1)]).toEqual([
      '0.01 %',
      '0.12 %',
      '34 %',
      '100 %',
    ])
  })
})

test('a router is called by where it is mounted: its kind stands beside it', () => {
  const router = (name: string): CinescopeEvent => ({ kind: 'router', name }) as CinescopeEvent
  expect(['router /orders', 'router'].map((name) => eventLabel(router(name)))).toEqual(['/orders', 'router'])
})

test('a line of a log says its message, or its error, or what it holds, and nothing twice', () => {
  const log = (value: unknown): CinescopeEvent => ({ kind: 'log', name: 'console.error', value }) as CinescopeEvent
  const said = (value: unknown): readonly string[] => [eventLabel(log(value)), eventValues(log(value))]
  const thrown = new Special('TypeError', { message: 'no such item', stack: 'x'.repeat(5000), cause: undefined })
  expect(said({ message: 'hi', n: 1 })).toEqual(['hi', "{ message: 'hi', n: 1 }"])
  const [label, values] = said({ severity: 'error', arguments: [thrown] })
  expect(label).toBe('TypeError: no such item')
  expect(values!.length).toBeLessThan(600)
  expect(said({ a: 1 })).toEqual(['{ a: 1 }', ''])
  expect(said('x'.repeat(5000))[0]!.length).toBeLessThan(210)
})

test('whoever waits for a reader again and again leaves nothing on the signal', async () => {
  const signal = new AbortController().signal
  const stdout = { write: () => false, once: (_: string, listener: () => void) => setImmediate(listener) }
  const screen = new Screen({ stdout, stderr: stdout, format: 'json', nowMs: 0 })
  for (let i = 0; i < 20; i++) {
    screen.json(i)
    expect(screen.isWaiting).toBe(true)
    await screen.drained(signal)
    expect(screen.isWaiting).toBe(false)
  }
  expect(getEventListeners(signal, 'abort')).toEqual([])
})

test('a decision of the budget says what and where, and then its figures', () => {
  const decision = (name: string, value: unknown) => ({ kind: 'control', name, value }) as unknown as CinescopeEvent
  const figures = { action: 'values are left out', 'cpu.percent': 5, 'films.share': 1 }
  const said = (event: CinescopeEvent): readonly string[] => [eventLabel(event), eventValues(event)]
  expect(said(decision('GET /orders', figures))).toEqual([
    'GET /orders: values are left out',
    '{ cpu.percent: 5, films.share: 1 }',
  ])
  expect(said(decision('budget', figures))[0]).toBe('values are left out')
  expect(said(decision('keep', { reason: 'x' }))).toEqual(['keep', "{ reason: 'x' }"])
})

describe('text', () => {
  test('controls, escapes, direction marks and lone surrogates are written out', () => {
    expect(visible('a\u001b[2J\n\u009b\u202e\ud800é漢')).toBe('a\\e[2J\\n\\x9b\\u{202e}\\u{d800}é漢')
  })

  test('wide and combining characters are measured as a terminal shows them', () => {
    expect([widthOf('abc'), widthOf('漢字'), widthOf('e\u0301'), widthOf('🎬')]).toEqual([3, 4, 1, 2])
    expect([clip('abcdef', 4), clip('漢字漢', 4), clip('ab', 2), clip('ab', 0)]).toEqual(['abc…', '漢…', 'ab', ''])
    expect(wrapWords('one two three', 8)).toEqual(['one two', 'three'])
  })

  test('a line is cut to the width, escapes not counted', () => {
    expect(paint([styled('red', 'abc'), 'def'], { width: 5, hasColor: true })).toBe('\u001b[31mabc\u001b[0md…')
    expect(paint([styled('red', 'abc'), 'def'], { width: 5, hasColor: false })).toBe('abcd…')
    expect(clipLine(['abc', 'def'], 3)).toEqual([{ text: 'abc', style: 'plain' }])
  })

  test('a bar begins and ends where its span does', () => {
    expect(bar(0, 1, 8)).toBe('████████')
    expect(bar(0.5, 0.25, 8)).toBe('    ██  ')
    expect(bar(0.99, 0.0001, 8)).toBe('       ▏')
    expect(bar(0.5, undefined, 8)).toBe('    ·   ')
    expect(bar(7, 9, 8)).toBe('       █')
    expect(bar(0, 1, 0)).toBe('')
  })

  test('what was probably meant', () => {
    expect(nearest('flims', ['film', 'films', 'query'])).toBe('films')
    expect(nearest('qu', ['film', 'query'])).toBe('query')
    expect(nearest('zebra', ['film', 'query'])).toBeUndefined()
  })
})

describe('a table', () => {
  const columns = [
    { title: 'A', expendable: 1, cell: (row: string) => [row] },
    { title: 'NAME', gives: true, cell: (row: string) => [row.repeat(10)] },
  ]
  const draw = (width: number): string[] =>
    table(columns, ['abcd'], width).map((line) => paint(line, { width, hasColor: false }))

  test('is whole where there is room', () => {
    expect(draw(Infinity)).toEqual(['A     NAME', `abcd  ${'abcd'.repeat(10)}`])
  })

  test('gives way in one column, then leaves columns out', () => {
    expect(draw(32)[1]).toBe(`abcd  ${'abcd'.repeat(6)}a…`)
    expect(draw(26)[1]).toBe(`${'abcd'.repeat(6)}a…`)
  })
})

describe('values', () => {
  test('what was left out and what JSON lacks is told', () => {
    const value = {
      a: new Omitted('redacted', 0),
      'b c': [1, -0, 'it\u0027s', new Omitted('width', 12)],
      d: new Special('Date', { text: '2026-01-01T00:00:00.000Z' }),
      e: new Special('Map', { entries: [['k', 1]] }),
      f: new Special('Buffer', { length: 3, hex: '0a0b0c' }),
      g: new Special('Point', { x: 1 }),
      $omitted: new Omitted('size', 4),
    }
    expect(inline(value)).toBe(
      "{ a: [redacted], 'b c': [1, -0, 'it\\'s', [width: 12 more]], d: Date(2026-01-01T00:00:00.000Z), e: Map { 'k': 1 }, " +
        'f: Buffer(3 bytes) 0a0b0c, g: Point { x: 1 }, [size: 4 more] }',
    )
  })

  test('long ones are broken, lists of plain items are filled', () => {
    expect(lines({ list: Array.from({ length: 20 }, (_, i) => i), name: 'x'.repeat(20) }, 40)).toEqual([
      '{',
      '  list: [',
      '    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11',
      '    12, 13, 14, 15, 16, 17, 18, 19',
      '  ]',
      `  name: '${'x'.repeat(20)}'`,
      '}',
    ])
  })

  test('deep ones end', () => {
    let deep: unknown = 1
    for (let i = 0; i < 10_000; i++) deep = [deep]
    expect(inline(deep).length).toBeLessThan(1000)
    expect(lines(deep, 40).join('').length).toBeLessThan(20_000)
  })

  test('JSON says NaN and -0, and escapes what a terminal would act on', () => {
    for (const hidden of ['\u{e0041}', '\u{1d173}', '\u034f', '\u3164', '\u061c', '\u{110bd}']) {
      const text = toJson(`a${hidden}b`, 0)
      expect(text).toMatch(/^"a(?:\\u[0-9a-f]{4}){1,2}b"$/)
      expect(JSON.parse(text)).toBe(`a${hidden}b`)
    }
    expect(toJson({ a: Number.NaN, b: -0, c: '\u009b\u202e\u001b' }, 0)).toBe(
      '{"a":{"$type":"number","text":"NaN"},"b":{"$type":"number","text":"-0"},"c":"\\u009b\\u202e\\u001b"}',
    )
  })
})

describe('errors', () => {
  test('the place is the first frame of own code; a chain without end ends', () => {
    const stack =
      'Error: no\n    at JSON.parse (<anonymous>)\n    at q (/x/node_modules/q/i.js:1:2)\n    at f (file:///x/app.ts:3:4)'
    const error: { type: string; members: Record<string, unknown> } = {
      type: 'Error',
      members: { message: 'no', stack },
    }
    const special = new Special(error.type, error.members)
    expect(errorChain(special)).toMatchObject([{ message: 'Error: no', place: 'f (/x/app.ts:3:4)' }])
    error.members['cause'] = special
    expect(errorChain(special)).toHaveLength(32)
  })

  test('anything can have been thrown', () => {
    expect(errorChain('text')).toEqual([{ message: "'text'", place: undefined, frames: [] }])
    expect(errorChain(null)).toMatchObject([{ message: 'null' }])
  })
})

describe('a film whose parents make no tree', () => {
  const event = (id: string, parent: string | undefined): CinescopeEvent =>
    ({ id, parent, atNs: 0, seq: Number(id) }) as unknown as CinescopeEvent
  const tree = (...events: readonly CinescopeEvent[]): string[] =>
    filmTree({ summary: { id: '1' }, events } as unknown as Film, []).map(
      ({ event: { id }, depth, parentMissing }) => `${depth} ${id}${parentMissing ? ' missing' : ''}`,
    )

  test('an event of an unknown parent stands at the top, marked', () => {
    expect(tree(event('1', undefined), event('2', '9'), event('3', '2'))).toEqual(['0 1', '1 2 missing', '2 3'])
  })

  test('cycles end, and no event is lost or shown twice', () => {
    expect(tree(event('1', undefined), event('2', '3'), event('3', '2'), event('4', '4'))).toEqual([
      '0 1',
      '1 4 missing',
      '1 2 missing',
      '1 3 missing',
    ])
    expect(tree(event('1', '2'), event('2', '1'))).toEqual(['0 1', '1 2'])
  })

  test('a hundred thousand deep is no deeper than the stack', () => {
    const events = Array.from({ length: 100_000 }, (_, i) => event(String(i + 1), i === 0 ? undefined : String(i)))
    expect(tree(...events).at(-1)).toBe('99999 100000')
  })
})

describe('a terminal', () => {
  test('gets colour and lines of its width', async () => {
    const { output, text } = terminal(true, 40)
    const screen = new Screen({ stdout: output, stderr: output, format: 'table', nowMs: 0 })
    screen.print([styled('red', 'x'.repeat(50))])
    expect(text()).toBe(`\u001b[31m${'x'.repeat(39)}…\u001b[0m\n`)
  })

  test('gets no colour where Node says so, as with NO_COLOR', async () => {
    const { output, text } = terminal(false)
    expect(await main(['nonsense'], { stdout: output, stderr: output, nowMs: 0 })).toBe(2)
    expect(text()).toMatch(/^cinescope: there is no command/)
  })
})

describe('the warning of node:sqlite', () => {
  test('is left out; every other goes its way', () => {
    const emitWarning = vi.fn()
    const host = { emitWarning }
    silenceSqliteWarning(host)
    host.emitWarning('SQLite is an experimental feature and might change at any time', 'ExperimentalWarning')
    host.emitWarning('SQLite is an experimental feature and might change at any time', { type: 'ExperimentalWarning' })
    expect(emitWarning).not.toHaveBeenCalled()
    host.emitWarning('something else is experimental', 'ExperimentalWarning')
    host.emitWarning('SQLite is an experimental feature', 'DeprecationWarning')
    host.emitWarning(new Error('plain'))
    expect(emitWarning.mock.calls).toEqual([
      ['something else is experimental', 'ExperimentalWarning'],
      ['SQLite is an experimental feature', 'DeprecationWarning'],
      [new Error('plain')],
    ])
  })
})
