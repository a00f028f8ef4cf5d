/** Recordings for upkeep: large enough to be changed in many steps. */

import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Correlator } from '../../../src/correlate/correlator.ts'
import type { EventStore } from '../../../src/store/event-store.ts'
import { createSqliteStore } from '../../../src/store/sqlite/sqlite-store.ts'
import { feed } from '../../badluck/regression/feed.ts'
import { commitOf, DEFINITIONS, PROCESS } from '../recording-fixture.ts'

/** Events of one segment of `record`. */
export const SEGMENT_EVENTS = 200

/** Records so many segments of 100 spans, of some `bytes` each, and leaves the recording open. */
export function record(path: string, segments: number, bytes = 100_000): EventStore {
  const store = createSqliteStore(path, PROCESS)
  const fold = new Correlator({ thread: 0, maxRows: 1000, maxValueBytes: 100_000_000 })
  const records = feed(fold)
  for (let i = 0; i < segments; i++) {
    records.spans(SEGMENT_EVENTS / 2, bytes / (SEGMENT_EVENTS / 2))
    store.commit(commitOf(fold.cut(true, 1), fold.taken, i === 0 ? DEFINITIONS : []))
  }
  return store
}

/** A file system of so many KiB that another file can fill; undefined where this user may not mount one. */
export function smallDisk(
  directory: string,
  kib: number,
): (Disposable & { readonly path: string; fill(): void; free(): void }) | undefined {
  const path = join(directory, 'small')
  mkdirSync(path)
  try {
    execFileSync('/bin/mount', ['-t', 'tmpfs', '-o', `size=${kib}k`, 'tmpfs', path], { stdio: 'ignore' })
  } catch {
    return undefined
  }
  const filler = join(path, 'filler')
  return {
    path,
    fill() {
      for (let chunk = 65_536; chunk >= 4096; chunk /= 2) while (canAppend(filler, chunk));
    },
    free: () => rmSync(filler, { force: true }),
    [Symbol.dispose]: () => void execFileSync('/bin/umount', ['-l', path]),
  }
}

function canAppend(file: string, bytes: number): boolean {
  try {
    writeFileSync(file, Buffer.alloc(bytes), { flag: 'a' })
    return true
  } catch {
    return false
  }
}
