import { type AggregateGroup, wallMs } from '@cinescope/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { heatMapLines } from '../src/format/histogram.ts'
import { paint } from '../src/format/styled.ts'
import { json, Place, recordShop, run } from './cli.ts'

describe('cinescope stats', () => {
  const place = new Place()
  beforeAll(() => place.record(recordShop))
  afterAll(() => place[Symbol.dispose]())

  test('a line for each group, with how many, how fast and how many failed', async () => {
    const { code, stdout, stderr } = await run(['stats', place.directory, 'kind:span', '--by', 'site'])
    expect(code).toBe(0)
    const lines = stdout.trimEnd().split('\n')
    expect(lines[0]).toMatch(/^EVENTS +PER SECOND +FAILED +P50 +P90 +P99 +LONGEST +WHAT$/)
    expect(lines.find((line) => line.endsWith(' charge'))).toMatch(/^ *1 +- +1 \(100 %\) +\S+ .s +/)
    expect(stderr).toMatch(/^\d+ events in /)
  })

  test('figures in JSON, by time and by an attribute, say how exact they are', async () => {
    const answer = await json('stats', place.directory, 'kind:log', '--by', 'attribute:order', '--per', '1s')
    expect(answer).toMatchObject({ relativeError: 0.01, isTruncated: false, groups: [{ key: '17', count: 1 }] })
  })

  test('how many took how long, as bars, and over time as a heat map', async () => {
    const bars = await run(['stats', place.directory, 'kind:span', '--by', 'error', '--histogram'])
    expect(bars.stderr).toMatch(/^\d+ events in /)
    expect(bars.stdout).toMatch(/^ok {2}\d events\n/)
    expect(bars.stdout).toMatch(/^ +\S+ .?s – +\S+ .?s {2}[█▏▎▍▌▋▊▉]+ +\d$/m)
    const map = await run(['stats', place.directory, 'kind:span', '--by', 'error', '--histogram', '--per', '60m'])
    expect(map.stdout).toMatch(/^≤ +\S+ .?s {2}[░▒▓█]+$/m)
    expect(map.stdout).toMatch(/^ {13}\d\d:00:00\.000 to \d\d:00:00\.000$/m)
    const answer = await json('stats', place.directory, 'kind:span', '--by', 'error', '--histogram')
    for (const group of answer['groups'] as AggregateGroup[])
      expect(group.histogram?.reduce((sum, bin) => sum + bin.count, 0)).toBe(group.measured)
  })

  test('a heat map has as many columns as there is room for, and says what it leaves out', () => {
    const bin = { from: 1, to: 2, count: 3 }
    const group = (at: number): AggregateGroup => ({ at: wallMs(at), histogram: [bin] }) as unknown as AggregateGroup
    const lines = heatMapLines([group(0), group(99_000)], 1000, 53)
    expect(lines.map((line) => paint(line, { width: 80, hasColor: false }))).toEqual([
      `≤   2.00 ms  ${' '.repeat(39)}█`,
      expect.stringMatching(/^ {13}\S+ +\S+$/),
      '60 earlier columns left out: make --per longer',
    ])
    expect(heatMapLines([group(0), group(39_000)], 1000, 53)).toHaveLength(2)
  })

  test('requests are counted where nothing is said', async () => {
    expect((await run(['stats', place.directory])).stderr).toMatch(/^No event fits in /)
  })

  test.each([
    [
      ['kind:log', '--by', 'colour'],
      /--by is 'colour'; it must be kind, site, route, status, error, entity or attribute:PATH/,
    ],
    [['kind:log order by time'], /figures have no order and no limit/],
  ])('%j is refused, with what would do', async (args, message) => {
    const { code, stderr } = await run(['stats', place.directory, ...args])
    expect(code).not.toBe(0)
    expect(stderr).toMatch(message)
  })
})
