import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Omitted } from '@cinescope/protocol'
import { describe, expect, it } from 'vitest'
import { openRecording } from '../../src/recording/open-recording.ts'
import type { OpenRecording } from '../../src/recording/recording.ts'
import { SUMMARY_COLUMNS } from '../../src/store/sqlite/schema.ts'
import { createSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { PROCESS } from '../recording/recording-fixture.ts'
import { sealedCommit, spans } from '../store/conformance.ts'
import { temporaryDirectory } from '../store/directory.ts'

/** A finished recording of five segments of twenty spans, changed by `damage`. */
async function damagedRecording(
  damage: (database: DatabaseSync) => void,
  look: (recording: OpenRecording) => Promise<void>,
): Promise<void> {
  using directory = temporaryDirectory()
  const path = join(directory.path, 'x.cine')
  const store = createSqliteStore(path, PROCESS)
  for (let i = 0; i < 5; i++) store.commit(sealedCommit(spans(20, 1 + i * 100)))
  store.finish()
  const database = new DatabaseSync(path)
  damage(database)
  database.close()
  await using recording = openRecording(path)
  await look(recording)
}

describe('a recording with a damaged part', () => {
  it.each(['columns', 'meta'])('answers without the %s of one segment, and counts them', async (column) => {
    await damagedRecording(
      (database) => database.exec(`UPDATE segment SET ${column} = x'070102' WHERE id = 3`),
      async (recording) => {
        const page = await recording.events({ limit: 10_000 })
        expect(page.explain.corrupt).toBeGreaterThan(0)
        expect(page.items.filter(({ value }) => !(value instanceof Omitted)).length).toBe(80)
        expect((await recording.films({ limit: 1000 })).items).toHaveLength(100)
        const { items } = await recording.films({ order: 'time', limit: 1000 })
        expect((await recording.film(items[0]!.id)).events).toHaveLength(1)
        expect((await recording.film(items[45]!.id)).explain.corrupt).toBeGreaterThan(0)
      },
    )
  })

  it.each([
    ["UPDATE rollup SET cells = x'0701020304' WHERE segment = 3", 'a damaged roll-up'],
    ['DELETE FROM rollup WHERE segment = 3', 'no roll-up'],
  ])('reads the rows where figures of them cannot be had: %s', async (damage, why) => {
    await damagedRecording(
      (database) => database.exec(damage),
      async (recording) => {
        const { groups, explain } = await recording.aggregate()
        expect(groups).toMatchObject([{ count: 100, measured: 100 }])
        expect(explain).toMatchObject({ segmentsRolledUp: 4, segmentsRead: 1, readBecause: { [why]: 1 }, corrupt: 0 })
      },
    )
  })

  it.each([
    ["UPDATE tile SET levels = x'01' WHERE segment = 3", 'damaged tiles'],
    ["UPDATE tile SET levels = x'0105000000000400000000000000' WHERE segment = 3", 'damaged tiles'],
    ["UPDATE tile SET levels = x'ff' WHERE segment = 3", 'damaged tiles'],
    ["UPDATE tile SET levels = 'text' WHERE segment = 3", 'damaged tiles'],
    ['DELETE FROM tile WHERE segment = 3', 'no tiles'],
  ])('reads the rows where tiles of them cannot be had: %s', async (damage, why) => {
    await damagedRecording(
      (database) => database.exec(damage),
      async (recording) => {
        const { lanes, explain } = await recording.tiles({ by: 'error', width: 1 })
        expect(lanes).toMatchObject([{ count: 100 }])
        expect(explain).toMatchObject({ segmentsRolledUp: 4, readBecause: { [why]: 1 }, corrupt: 0 })
      },
    )
  })

  it('answers without the values of one page, says so of each, and counts them', async () => {
    await damagedRecording(
      (database) => database.exec("UPDATE page SET data = x'00' WHERE number / 4096 = 3"),
      async (recording) => {
        const page = await recording.events({ limit: 10_000 })
        expect(page.items).toHaveLength(100)
        expect(page.explain.corrupt).toBeGreaterThan(0)
        const lost = page.items.filter(({ value }) => value instanceof Omitted && value.reason === 'corrupt')
        expect(lost.map(({ seq }) => Math.floor(seq / 100))).toEqual(Array.from({ length: 20 }, () => 2))
      },
    )
  })

  it.each([...SUMMARY_COLUMNS.split(', '), 'tail', 'bloom'])(
    'answers without a segment whose zone map has no %s, and counts it once',
    async (column) => {
      await damagedRecording(
        (database) => database.exec(`UPDATE segment SET ${column} = 'x' WHERE id = 3`),
        async (recording) => {
          const page = await recording.events({ limit: 10_000 })
          expect(page.items.map(({ seq }) => Math.floor(seq / 100))).toEqual(
            [0, 1, 3, 4].flatMap((segment) => Array.from({ length: 20 }, () => segment)),
          )
          expect(page.explain).toMatchObject({ corrupt: 1, segments: 4 })
          const { items } = await recording.films({ order: 'time', limit: 1000 })
          expect(items).toHaveLength(100)
          expect((await recording.film(items[0]!.id)).events).toHaveLength(1)
          const lost = await recording.film(items[45]!.id)
          expect(lost.events).toEqual([])
          expect(lost.explain.corrupt).toBe(1)
          await expect(recording.event(items[45]!.id)).rejects.toMatchObject({ code: 'CSC_ERR_NOT_FOUND' })
          expect(await recording.status()).toMatchObject({ segments: 4 })
        },
      )
    },
  )

  it('answers without a segment whose bloom is longer than any writer makes it, and counts it', async () => {
    await damagedRecording(
      (database) => database.exec('UPDATE segment SET bloom = zeroblob(200000) WHERE id = 3'),
      async (recording) => {
        const page = await recording.events({ limit: 10_000 })
        expect(page.items).toHaveLength(80)
        expect(page.explain.corrupt).toBe(1)
      },
    )
  })

  it('refuses by code what it cannot read at all', async () => {
    await damagedRecording(
      (database) => database.exec("UPDATE film SET time = 'x', duration = 9223372036854775807"),
      async (recording) => {
        await expect(recording.films()).rejects.toMatchObject({ name: 'CinescopeError' })
      },
    )
  })
})
