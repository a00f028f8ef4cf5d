import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { json, Place, recordShop, run } from './cli.ts'

const recordings = ({ directory }: Place): string[] => readdirSync(directory).filter((name) => name.endsWith('.cine'))

test('prune removes the oldest recordings of a directory, lists them, and leaves the one that is being written', async () => {
  using place = new Place()
  for (let i = 0; i < 3; i++) await place.record(recordShop)
  const [first, second, third] = recordings(place)
  await using scope = await place.scope()
  await scope.flush()
  const planned = await run(['prune', place.directory, '--max-events', '30', '--dry-run'])
  expect(planned.stdout).toMatch(/would remove .*\.cine: .* KiB, \d+ events, until 20/)
  expect(recordings(place)).toHaveLength(4)
  const { code, stdout } = await run(['prune', place.directory, '--keep-last', '2'])
  expect(code).toBe(0)
  expect(stdout.split('\n').slice(0, 2)).toEqual([
    expect.stringMatching(new RegExp(`^removed .*${first}`)),
    expect.stringMatching(new RegExp(`^removed .*${second}`)),
  ])
  expect(stdout).toContain('2 recordings removed, 2 recordings left, ')
  expect(recordings(place)).toContain(third)
  expect(await json('prune', place.directory, '--max-bytes', '0')).toMatchObject({
    isDryRun: false,
    removed: [{ path: join(place.directory, third!) }],
    kept: [{ isLive: true }],
    leftAlone: [],
  })
  expect(recordings(place)).toHaveLength(1)
})

test('prune removes the oldest of one recording, and its ledger says so', async () => {
  using place = new Place()
  await place.record(async (scope) => {
    for (let i = 0; i < 5; i++) {
      for (let j = 0; j < 2500; j++) scope.log(`line ${i} ${j}`)
      await scope.flush()
    }
  })
  const path = join(place.directory, recordings(place)[0]!)
  const before = statSync(path).size
  const tried = await run(['prune', path, '--max-events', '6000', '--dry-run'])
  expect(tried.stdout).toMatch(/\.cine: \d,\d+ events would be removed, .* KiB would be left, is .* KiB\n$/)
  const planned = await json('prune', path, '--max-events', '6000', '--dry-run')
  expect(statSync(path).size).toBe(before)
  const pruned = await json('prune', path, '--max-events', '6000')
  expect(pruned).toMatchObject({ path, bytesBefore: before, bytesAfter: statSync(path).size })
  expect(planned).toMatchObject({ isDryRun: true, ...pruned })
  expect(pruned['events']).toBeGreaterThan(5000)
  const { ledger } = (await json('ledger', path)) as { ledger: { produced: number; stored: number; pruned: number } }
  expect(ledger.pruned).toBe(pruned['events'])
  expect(ledger.stored + ledger.pruned).toBe(ledger.produced)
  expect((await run(['prune', path, '--max-age', '1h'])).stdout).toContain('nothing to remove')
})

test('compact makes recordings smaller, and leaves out what is being written', async () => {
  using place = new Place()
  await place.record(recordShop)
  await using scope = await place.scope()
  await scope.flush()
  const { code, stdout, stderr } = await run(['compact', place.directory])
  expect(code).toBe(0)
  expect(stdout).toMatch(/^.*\.cine: .* KiB, was .* KiB\n$/)
  expect(stderr).toMatch(/\.cine is left out: .* is live: a process is recording into it/)
  const { code: refused, stderr: why } = await run(['compact', scope.path!])
  expect({ refused, why }).toEqual({
    refused: 3,
    why: expect.stringMatching(/is live: .* Stop that first.*CSC_ERR_STORE/s),
  })
})

test.each([
  [['prune'], 'prune needs a limit: --max-bytes N, --max-age AGE, --max-events N or --keep-last N'],
  [['prune', '--max-age', 'week'], "--max-age is 'week'; it must be so long ago (90s, 10m, 2h, 1d)"],
  [
    ['prune', '--max-bytes', '1M'],
    "--max-bytes is '1M'; it must be a whole number from 0 to 9007199254740991, in bytes: 1048576",
  ],
  [['prune', '--max-bytes', '1.5GiB'], ', in bytes: 1610612736'],
  [['prune', '--max-events', '1M'], "--max-events is '1M'; it must be a whole number from 0 to 9007199254740991\n"],
  [['prune', '--keep-last', '0'], "--keep-last is '0'; it must be a whole number from 1"],
])('%o is refused with what would be right', async (args, message) => {
  const { code, stderr } = await run(args)
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(message) })
})

test('what is for directories is refused of one recording, and what is no recording stays as it is', async () => {
  using place = new Place()
  const path = join(place.directory, 'a.cine')
  writeFileSync(path, 'precious')
  expect(await run(['prune', path, '--keep-last', '1'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('is for directories'),
  })
  for (const line of [
    ['prune', path, '--max-bytes', '1'],
    ['prune', path, '--max-bytes', '1', '--dry-run'],
    ['compact', path],
  ])
    expect(await run(line)).toMatchObject({ code: 3, stderr: expect.stringContaining('CSC_ERR_FORMAT') })
  expect((await run(['prune', place.directory, '--max-bytes', '1'])).stderr).toContain('a.cine is left alone: ')
  expect(existsSync(path)).toBe(true)
  expect(readdirSync(place.directory)).toEqual(['a.cine'])
})

test('a trial of one that is being written is refused, as pruning it is', async () => {
  using place = new Place()
  await using scope = await place.scope()
  await scope.flush()
  for (const option of [[], ['--dry-run']])
    expect(await run(['prune', scope.path!, '--max-bytes', '1', ...option])).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('is live: a process is recording into it'),
    })
})
