import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { json, Place, run } from './cli.ts'

describe('cinescope sequence', () => {
  const place = new Place()
  beforeAll(async () => {
    await place.record((scope) => {
      for (const order of [1, 2, 3]) {
        scope.span('order', () => {
          scope.log('taken \u001b[2J', { order })
          if (order === 2) scope.log('held')
          if (order !== 3) scope.span('charge', () => undefined)
        })
      }
    })
  })
  afterAll(() => place[Symbol.dispose]())

  test('shows each match with its events and their distance, and no escape of the recording', async () => {
    const { code, stdout, stderr } = await run(['sequence', 'kind:log "taken" -> site:charge', place.directory])
    expect([code, stderr]).toEqual([0, expect.stringMatching(/^2 matches in /)])
    const lines = stdout.split('\n').map((line) => line.trim())
    expect(lines).toHaveLength(6)
    expect(lines[0]).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} {2}log taken \\e\[2J {2}[0-9a-f]{16}$/)
    expect(lines[1]).toMatch(/^\+[\d.]+ [nµm]?s {2}span charge {2}[0-9a-f]{16}$/)
    expect(lines[2]).toBe('')
  })

  test('leaves out what has something between, and finds what nothing followed', async () => {
    const count = async (text: string): Promise<number> =>
      ((await json('sequence', text, place.directory))['matches'] as readonly unknown[]).length
    expect(await count('kind:log "taken" -> site:charge without "held"')).toBe(1)
    expect(await count('site:order -> not site:charge within 1ns')).toBe(3)
    const told = await run(['sequence', 'site:order -> not site:charge within 1h', place.directory])
    expect(told.stdout).toMatch(/^ *\S+ \S+ {2}span order \(undecided\) {2}film [0-9a-f]{16}\n$/)
  })

  test('goes on where a page ended; what is said twice, or wrongly, ends with 2 or shows the column', async () => {
    const text = 'kind:log -> site:charge'
    const first = await json('sequence', text, place.directory, '--limit', '2')
    const rest = await run(['sequence', text, place.directory, '--cursor', String(first['cursor']), '--ndjson'])
    expect(rest.stdout.trimEnd().split('\n')).toHaveLength(1)
    expect((await run(['sequence', `${text} limit 2`, place.directory, '--limit', '1'])).stderr).toContain(
      "both say 'limit'",
    )
    const { stderr } = await run(['sequence', 'kind:log -> kind:lag', place.directory])
    expect(stderr.split('\n').at(-2)).toBe(`${' '.repeat(19)}^`)
  })
})
