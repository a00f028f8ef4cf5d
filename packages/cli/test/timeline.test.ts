import { type Tiles, wallMs } from '@cinescope/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { busiest, strip } from '../src/format/lanes.ts'
import { styled } from '../src/format/styled.ts'
import { json, Place, recordShop, run } from './cli.ts'

describe('cinescope timeline', () => {
  const place = new Place()
  beforeAll(() => place.record(recordShop))
  afterAll(() => place[Symbol.dispose]())

  test('a lane for each site (an error has that of its span), with how many began, how many failed, and when', async () => {
    const { code, stdout, stderr } = await run(['timeline', place.directory])
    expect(code).toBe(0)
    const lines = stdout.trimEnd().split('\n')
    expect(lines[0]).toMatch(/^WHAT +EVENTS +FAILED +LONGEST +\d\d:\d\d:\d\d\.\d{3}$/)
    expect(lines.find((line) => line.startsWith('charge '))).toMatch(/ 2 +2 +\S+ .s +[▁-█]/)
    expect(lines.find((line) => line.startsWith('never ends '))).toMatch(/ 1 +0 .*[▁-█]─*$/)
    expect(stdout).not.toMatch(/attribute|state/)
    expect(stderr).toMatch(/^\d+ events in \S+, \S+ to \S+, \S+ .s a column$/m)
  })

  test('JSON has plain lists, one entry for each column in which something began', async () => {
    const answer = await json('timeline', place.directory, 'kind:log', '--by', 'kind')
    expect(answer).toMatchObject({
      isTruncated: false,
      lanes: [
        { key: 'log', count: 1, errors: 0, open: 0, column: [expect.any(Number)], counts: [1], errorCounts: [0] },
      ],
    })
  })

  test('nothing is nothing, and says so', async () => {
    const { code, stdout, stderr } = await run(['timeline', place.directory, '--until', '1d'])
    expect([code, stdout]).toEqual([0, ''])
    expect(stderr).toMatch(/^No event fits in /)
  })

  test.each([
    [['--by', 'colour'], /--by is 'colour'; it must be kind, site, route, status, error, entity or attribute:PATH/],
    [['kind:log limit 3'], /a timeline has no order and no limit/],
  ])('%j is refused, with what would do', async (args, message) => {
    const { code, stderr } = await run(['timeline', place.directory, ...args])
    expect(code).not.toBe(0)
    expect(stderr).toMatch(message)
  })
})

test('a lane shows how much began where, what failed, and where spans go on', () => {
  const lane = {
    key: 'x',
    count: 9,
    errors: 1,
    open: 0,
    carried: 2,
    column: Uint32Array.of(3, 6),
    counts: Uint32Array.of(8, 1),
    errorCounts: Uint32Array.of(0, 1),
    longestMs: Float64Array.of(15, 0),
  }
  const explain = {} as Tiles['explain']
  const tiles: Tiles = { from: wallMs(0), stepMs: 10, columns: 8, lanes: [lane], isTruncated: false, explain }
  expect(busiest(tiles)).toBe(8)
  expect(strip(lane, tiles, 8)).toEqual([
    styled('dim', '──'),
    styled('plain', ' '),
    styled('cyan', '█'),
    styled('dim', '─'),
    styled('plain', ' '),
    styled('red', '▃'),
    styled('plain', ' '),
  ])
})
