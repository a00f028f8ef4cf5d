import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { json, Place, run } from './cli.ts'

describe('cinescope diff', () => {
  const place = new Place()
  let [well, ill] = ['', '']
  beforeAll(async () => {
    await place.record((scope) => {
      const order = (card: string): void =>
        scope.span('POST /orders', () => {
          scope.log('taken', { card })
          try {
            scope.span('charge', () => {
              if (card === 'bad') throw new Error('declined')
            })
            scope.span('mail', () => scope.log('sent'))
          } catch {
            // the order is refused
          }
        })
      order('good')
      order('bad')
    })
    const { films } = (await json('films', place.directory)) as { films: { id: string }[] }
    ;[ill, well] = films.map(({ id }) => id) as [string, string]
  })
  afterAll(() => place[Symbol.dispose]())

  const lines = async (...args: readonly string[]): Promise<string[]> => {
    const { code, stdout, stderr } = await run(['diff', ...args, place.directory])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    return stdout.split('\n').map((line) => line.replace(/ [\d.]+ [nµm]?s(?= |$)/, ' T'))
  }

  test('shows the first divergence first, then what came after it', async () => {
    const told = await lines(well.slice(0, 8), ill)
    expect(told[0]).toMatch(/^A {2}POST \/orders {2}ok/)
    expect(told[2]).toBe('spans and points: 1 alike, 2 changed, 2 only in A, 1 only in B')
    expect(told.slice(4).map((line) => line.replace(/^([-+~]) +T/, '$1 T'))).toEqual([
      'first divergence',
      '~ T    log  at its begin',
      "        value.card  'good' → 'bad'",
      '',
      'after it',
      '+ T      error charge  only in B',
      '~ T    span charge  at its end',
      '        error  false → true',
      '- T    span mail  only in A, with 1 event inside',
      '',
    ])
  })

  test('leaves values out when only the outline is asked for', async () => {
    const told = await lines(well, ill, '--outline')
    expect(told[5]).toMatch(/error charge {2}only in B$/)
  })

  test('says so when there is no difference', async () => {
    expect((await lines(well, well)).at(-2)).toBe('no difference')
  })

  test('JSON holds both films, counts and divergences; NDJSON a divergence a line', async () => {
    const answer = await json('diff', well, ill, place.directory)
    expect(answer).toMatchObject({ a: { id: well }, b: { id: ill }, onlyInA: 2, truncated: false })
    const told = (await lines(well, ill, '--ndjson')).slice(0, -1).map((line) => JSON.parse(line) as unknown)
    expect(told).toEqual(answer['divergences'])
  })

  test('tells that a list was cut', async () => {
    const { stderr } = await run(['diff', well, ill, place.directory, '--limit', '1'])
    expect(stderr).toMatch(/this is not all/)
  })

  test('a film that is not there ends with 1 and says which', async () => {
    const { code, stderr } = await run(['diff', well, '0123456789abcdef', place.directory])
    expect(code).toBe(1)
    expect(stderr).toMatch(/no film 0123456789abcdef/)
  })
})
