import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { json, Place, recordShop, run } from './cli.ts'

test('pack makes one whole file of a recording that is being written, and leaves that as it is', async () => {
  using place = new Place()
  using target = new Place()
  await using scope = await place.scope()
  await recordShop(scope)
  await scope.flush()
  const out = join(target.directory, 'out.cine')
  const packed = await json('pack', place.directory, '--out', out)
  expect(readdirSync(target.directory)).toEqual(['out.cine'])
  expect(statSync(out).mode & 0o777).toBe(0o600)
  expect(packed).toMatchObject({ bytes: statSync(out).size, tail: 'unknown' })
  expect((await json('films', out))['films']).toEqual((await json('films', place.directory))['films'])
  expect((await json('query', out))['events']).toEqual((await json('query', place.directory))['events'])
  scope.log('afterwards')
  await scope.flush()
  const { stored } = (await json('ledger', place.directory))['ledger'] as { stored: number }
  expect(stored).toBe((packed['stored'] as number) + 1)
})

test.each(['incident.cine', undefined])(
  'a copy packed beside its recording, as %s, is not read in its place, now or when the recording has gone on',
  async (name) => {
    using place = new Place()
    await using scope = await place.scope()
    scope.span('before', () => undefined)
    await scope.flush()
    const [own = ''] = readdirSync(place.directory).filter((file) => file.endsWith('.cine'))
    const out = join(place.directory, name ?? own.replace('.cine', '.packed.cine'))
    await json('pack', place.directory, '--out', out)
    scope.span('afterwards', () => undefined)
    await scope.flush()
    for (const options of [[], ['--newest']]) {
      const { films } = (await json('films', place.directory, ...options)) as { films: { name: string }[] }
      expect(films.map((film) => film.name)).toEqual(['afterwards', 'before'])
    }
  },
)

test('pack writes over nothing, and leaves nothing behind of what is no recording', async () => {
  using place = new Place()
  await place.record(recordShop)
  const taken = join(place.directory, 'taken')
  writeFileSync(taken, 'precious')
  const { code, stderr } = await run(['pack', place.directory, '--out', taken])
  expect({ code, stderr }).toEqual({ code: 3, stderr: expect.stringContaining('it exists already') as unknown })
  const wrong = await run(['pack', taken, '--out', join(place.directory, 'out')])
  expect(wrong.code).toBe(3)
  expect(existsSync(join(place.directory, 'out'))).toBe(false)
})
