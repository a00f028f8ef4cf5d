import { describe, expect, test } from 'vitest'
import { json, Place, run } from './cli.ts'

describe('where films were left out', () => {
  test.each([
    ['tail', { keep: { policy: 'tail', reservoir: 0 } }, '4 events not kept'],
    ['sample', { sample: 0 }, '2 events not sampled'],
  ] as const)('by %s, films, stats and top say so', async (_, options, what) => {
    using place = new Place()
    await place.record((scope) => scope.span('outer', () => scope.span('inner', () => 1)), options)
    const films = await run(['films', place.directory])
    expect(films.stderr).toContain(`Recorded, but not here: ${what} (options keep, sample)\n`)
    const stats = await run(['stats', place.directory])
    expect(stats.stderr).toContain(`Of kept films only: ${what} (options keep, sample); recording.routes() has exact`)
    const top = await run(['top', place.directory, '--once'])
    expect(top.stdout).toMatch(/^now: the last .* {2}of kept films only\n\nno request was kept\n$/m)
    expect(await json('top', place.directory, '--once')).toMatchObject({ isOfKeptOnly: true })
  })

  test('and where none was, they say nothing', async () => {
    using place = new Place()
    await place.record((scope) => scope.span('outer', () => 1))
    for (const command of [
      ['films', place.directory, '--name', 'none'],
      ['stats', place.directory],
    ])
      expect((await run(command)).stderr).not.toMatch(/not here|kept/)
    expect((await run(['top', place.directory, '--once'])).stdout).not.toContain('kept')
  })
})
