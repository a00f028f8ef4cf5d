import { copyFileSync, existsSync, lstatSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { nodeId } from '@cinescope/protocol'
import { describe, expect, it } from 'vitest'
import { mergeRecordings } from '../../src/recording/copy/merge.ts'
import { packRecording } from '../../src/recording/copy/pack.ts'
import { openRecording } from '../../src/recording/open-recording.ts'
import { Correlator } from '../../src/correlate/correlator.ts'
import { createSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { spans } from '../store/conformance.ts'
import { temporaryDirectory } from '../store/directory.ts'
import { commitOf, DEFINITIONS, PROCESS } from './recording-fixture.ts'
import { play } from './stream.ts'

/** A recording of so many spans by a process, still open. */
function record(path: string, node: string, count: number): Disposable & { add(more: number): void } {
  const store = createSqliteStore(path, { ...PROCESS, node: nodeId(node) })
  const fold = new Correlator({ thread: 0, maxRows: 1000, maxValueBytes: 100_000 })
  let next = 1
  const add = (more: number): void => {
    play(spans(more, next), fold)
    store.commit(commitOf(fold.cut(true, 1000), fold.taken, next === 1 ? DEFINITIONS : []))
    next += more * 2
  }
  add(count)
  return { add, [Symbol.dispose]: () => store.finish() }
}

/** Whose recording is read at a path, and how many of its events. */
async function readAt(path: string): Promise<readonly [string, number]> {
  await using recording = openRecording(path)
  return [(await recording.status()).process.node, (await recording.events()).items.length]
}

describe('a new recording in the place of another', () => {
  const [OLD, NEW] = ['00000000000a', '00000000000b']

  function places(directory: string): { readonly input: string; readonly target: string } {
    const input = join(directory, 'input.cine')
    record(input, NEW, 3)[Symbol.dispose]()
    return { input, target: join(directory, 'target.cine') }
  }

  /** Leaves at `target` what a killed writer leaves: a file and a log that holds more. */
  function leaveKilled(target: string): void {
    const live = `${target}.live`
    using _ = record(live, OLD, 9)
    copyFileSync(live, target)
    copyFileSync(`${live}-wal`, `${target}-wal`)
  }

  it('is not read with the log of the other', async () => {
    using directory = temporaryDirectory()
    const { input, target } = places(directory.path)
    leaveKilled(target)
    expect(await readAt(target)).toEqual([OLD, 9])
    await mergeRecordings([input], { path: target, force: true })
    expect(await readAt(target)).toEqual([NEW, 3])
    expect(existsSync(`${target}-wal`)).toBe(false)
  })

  it('is not put beside a log that was left alone, unless it is said to replace', async () => {
    using directory = temporaryDirectory()
    const { input, target } = places(directory.path)
    writeFileSync(`${target}-wal`, 'a log')
    await expect(packRecording(input, { path: target })).rejects.toThrow(
      `${target}-wal, the log of another recording, is there`,
    )
    await expect(mergeRecordings([input], { path: target })).rejects.toMatchObject({ code: 'CSC_ERR_STORE' })
    await mergeRecordings([input], { path: target, force: true })
    expect(await readAt(target)).toEqual([NEW, 3])
  })

  it('goes where a link leads to, and never where no file is', async () => {
    using directory = temporaryDirectory()
    const { input, target } = places(directory.path)
    record(target, OLD, 2)[Symbol.dispose]()
    const link = join(directory.path, 'link.cine')
    symlinkSync(target, link)
    await packRecording(input, { path: link, force: true })
    expect(lstatSync(link).isSymbolicLink()).toBe(true)
    expect(await readAt(target)).toEqual([NEW, 3])
    for (const path of ['/dev/null', directory.path])
      await expect(packRecording(input, { path, force: true })).rejects.toThrow(
        `${path} cannot be written: it is no file`,
      )
    expect(readdirSync(directory.path).toSorted()).toEqual(['input.cine', 'link.cine', 'target.cine'])
  })

  it('is not made when it is not wanted any more, whichever way it is made', async () => {
    using directory = temporaryDirectory()
    const { input, target: path } = places(directory.path)
    const target = { path, signal: AbortSignal.abort() }
    for (const make of [packRecording(input, target), mergeRecordings([input], target)])
      await expect(make).rejects.toMatchObject({ code: 'CSC_ERR_ABORTED' })
    expect(readdirSync(directory.path)).toEqual(['input.cine'])
  })

  it('never takes the place of one that is being written', async () => {
    using directory = temporaryDirectory()
    const { input, target } = places(directory.path)
    {
      using live = record(target, OLD, 2)
      await expect(mergeRecordings([input], { path: target, force: true })).rejects.toThrow(
        `${target} cannot be written: a process is recording into it`,
      )
      live.add(2)
    }
    expect(await readAt(target)).toEqual([OLD, 4])
    expect(readdirSync(directory.path).toSorted()).toEqual(['input.cine', 'target.cine'])
  })
})
