import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Definition } from '@cinescope/protocol'
import { expect, it } from 'vitest'
import { Correlator } from '../../src/correlate/correlator.ts'
import { openSqliteSource } from '../../src/store/sqlite/sqlite-source.ts'
import { createSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { commitOf, PROCESS } from '../recording/recording-fixture.ts'
import { temporaryDirectory } from './directory.ts'

/** What a view keeps. */
const KEPT = 65_536

it('a reader that stays open knows the entities and keys it looked up last, and no more of them than are bounded', async () => {
  using directory = temporaryDirectory()
  const path = join(directory.path, 'x.cine')
  const store = createSqliteStore(path, PROCESS)
  const fold = new Correlator({ thread: 0, maxRows: 1000, maxValueBytes: 1_000_000 })
  const definitions = Array.from({ length: KEPT + 1 }, (_, i): Definition[] => [
    { kind: 'entity', number: i + 1, entity: { kind: 'socket', scope: PROCESS.node, id: `${i}` } },
    { kind: 'key', number: i + 1, text: `k${i}` },
  ])
  store.commit(commitOf(fold.cut(false, 1), fold.taken, definitions.flat()))
  const source = openSqliteSource(path)
  const namesOf = (number: number) => source.read((view) => [view.entity(number)?.id, view.key(number)])
  const before = await namesOf(1)
  // nothing but a look at the file can tell of this
  using other = new DatabaseSync(path)
  other.exec("UPDATE entity SET id = 'again' WHERE number = 1; UPDATE key SET text = 'again' WHERE number = 1")
  const known = await namesOf(1)
  await source.read((view) => {
    for (let number = 2; number <= KEPT + 1; number++) {
      view.entity(number)
      view.key(number)
    }
  })
  expect([before, known, await namesOf(1)]).toEqual([
    ['0', 'k0'],
    ['0', 'k0'],
    ['again', 'again'],
  ])
  source.close()
  store.close()
})
