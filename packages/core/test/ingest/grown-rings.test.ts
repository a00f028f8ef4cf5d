import { MessageChannel } from 'node:worker_threads'
import { nodeId } from '@cinescope/protocol'
import { describe, expect, it } from 'vitest'
import { settleWith } from '../../src/config/settle.ts'
import { allocateChanges } from '../../src/options/live-settings.ts'
import { allocateStatus, SIGNAL, WRITER_STATE } from '../../src/base/status.ts'
import { RingPost, ringsOf } from '../../src/ingest/grown-rings.ts'
import { tellWriter } from '../../src/ingest/thread-contract.ts'
import { type Joining, ThreadDesk } from '../../src/ingest/thread-desk.ts'
import type { FindRing } from '../../src/ring/chain.ts'
import { allocateDefinitions } from '../../src/ring/definition-log.ts'
import { allocateRing, type GrownRing } from '../../src/ring/memory.ts'
import { allocateWake } from '../../src/ring/wake.ts'
import { JoinedWriter } from '../../src/scope/joined-writer.ts'

/** A ring that its size tells. */
const ringOf = (number: number): GrownRing => ({
  number,
  memory: allocateRing({ strategy: 'grow', records: 2 ** number, arenaBytes: 128 }),
})
const numberOf = (ring: ReturnType<FindRing>): number | undefined => ring && Math.log2(ring.options.records)

/** A writer that is starting, and a thread that joins it. */
function joining(node: string, thread: number) {
  const id = nodeId(node)
  const wake = allocateWake()
  const status = allocateStatus()
  const rings = new RingPost((grown) => tellWriter(id, { kind: 'ring', thread, grown }))
  const writer = new JoinedWriter(
    {
      node: id,
      path: undefined,
      wake,
      status,
      changes: allocateChanges(),

      counters: new SharedArrayBuffer(8),
      settings: settleWith(undefined, { code: undefined, environment: {}, program: undefined }).settings,
    },
    {
      thread,
      ring: allocateRing({ strategy: 'grow', records: 64, arenaBytes: 128 }, wake),
      rings,
      definitions: allocateDefinitions(),
      status: allocateStatus(),
      offered: () => 1,
      onSettings: () => undefined,
      onGone: () => undefined,
      report: () => undefined,
    },
  )
  const writerIsUp = (): void => {
    Atomics.store(new Int32Array(status.signals), SIGNAL.state, WRITER_STATE.indexOf('recording'))
    writer.stopNow()
  }
  return { desk: new ThreadDesk(id), node: id, rings, writerIsUp }
}

describe('rings that a thread adds', () => {
  it('are found by number in the order in which they were posted, each once, without a turn of the event loop', () => {
    const { port1, port2 } = new MessageChannel()
    const find = ringsOf(port2)
    for (const number of [2, 3, 5, 6]) port1.postMessage(ringOf(number))
    expect(numberOf(find(2))).toBe(2)
    expect(find(2)).toBeUndefined()
    // the third was given back before it was used
    expect(numberOf(find(5))).toBe(5)
    expect(find(3)).toBeUndefined()
    // one that was never posted hides none behind it
    expect(find(4)).toBeUndefined()
    expect(numberOf(find(6))).toBe(6)
    expect(find(7)).toBeUndefined()
    port1.close()
  })

  it('before the writer is up are told after the thread, and are found in the middle of a turn', () => {
    const { desk, node, rings, writerIsUp } = joining('00000000000b', 7)
    rings.tell(ringOf(2))
    rings.tell(ringOf(3))
    writerIsUp()
    const joined: { message: Joining; find: FindRing }[] = []
    const ended: number[] = []
    const host = {
      join: (message: Joining) => void joined.push({ message, find: desk.ringsOf(message.thread) }),
      ended: (id: number) => void ended.push(id),
    }
    desk.poll(host)
    expect(joined.map(({ message }) => message.thread)).toEqual([7])
    const { find } = joined[0]!
    expect(numberOf(find(2))).toBe(2)
    // what comes between rings, and what is of others, waits for the next turn
    tellWriter(node, { kind: 'ended', threadId: 12 })
    tellWriter(node, { kind: 'ring', thread: 8, grown: { ...ringOf(9), number: 4 } })
    rings.tell(ringOf(4))
    expect(numberOf(find(3))).toBe(3)
    expect(numberOf(find(4))).toBe(4)
    expect(ended).toEqual([])
    desk.poll(host)
    expect(ended).toEqual([12])
    expect(find(5)).toBeUndefined()
    desk.close()
  })
})
