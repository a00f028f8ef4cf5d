import { KINDS, nodeId, PHASE, seq, spanIdOf } from '@cinescope/protocol'
import { expect, it } from 'vitest'
import { directoryRecording } from '../../src/recording/directory/directory-recording.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import { PROCESS, recordInto, UNCUT } from '../recording/recording-fixture.ts'
import { POINT } from '../recording/point.ts'
import type { Offered } from '../recording/stream.ts'

const ROOT: Offered = { ...POINT, seq: 1, kind: KINDS.request, phase: PHASE.begin, time: 1, root: 1 }

/** Processes of which the first film has an id of the same first four digits. */
function likeNodes(): readonly string[] {
  const nodes = new Map<string, string>()
  for (let number = 1; ; number++) {
    const node = number.toString(16).padStart(12, '0')
    const prefix = spanIdOf(nodeId(node), { thread: 0, seq: seq(1) }).slice(0, 4)
    const other = nodes.get(prefix)
    if (other !== undefined) return [other, node]
    nodes.set(prefix, node)
  }
}

it('digits that films of two processes begin with name no story', async () => {
  const stores = new Map(
    likeNodes().map((node) => {
      const store = createMemoryStore({ ...PROCESS, node: nodeId(node) })
      recordInto(store, [ROOT], UNCUT)
      return [node, store]
    }),
  )
  const nodes = Array.from(stores.keys(), nodeId)
  await using recording = directoryRecording({
    paths: () => nodes,
    identity: (path) => path,
    nodes: (path) => [nodeId(path)],
    open: (path) => stores.get(path)!,
  })
  const [first, second] = nodes.map((node) => spanIdOf(node, { thread: 0, seq: seq(1) }))
  await expect(recording.story(first!.slice(0, 4))).rejects.toMatchObject({
    code: 'CSC_ERR_AMBIGUOUS',
    message: expect.stringContaining(second!),
  })
  expect((await recording.story(first!)).films.map(({ film }) => film.id)).toEqual([first])
})
