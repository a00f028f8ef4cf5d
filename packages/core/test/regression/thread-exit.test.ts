import { once } from 'node:events'
import { BroadcastChannel } from 'node:worker_threads'
import { type CinescopeError, nodeId } from '@cinescope/protocol'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { allocateChanges } from '../../src/options/live-settings.ts'
import { allocateStatus, WRITER_STATE } from '../../src/base/status.ts'
import { settleWith } from '../../src/config/settle.ts'
import { RingPost } from '../../src/ingest/grown-rings.ts'
import { type Invitation, threadChannel } from '../../src/ingest/thread-contract.ts'
import { allocateDefinitions } from '../../src/ring/definition-log.ts'
import { allocateRing } from '../../src/ring/memory.ts'
import { allocateWake } from '../../src/ring/wake.ts'
import { JoinedWriter } from '../../src/scope/joined-writer.ts'

const RECORDING = WRITER_STATE.indexOf('recording')

/** A thread of a recording whose writer is starting, and what its end has told. */
function joining(node: string, offered: number) {
  const wake = allocateWake()
  const { settings } = settleWith(undefined, { code: {}, environment: {}, program: undefined })
  const counters = new SharedArrayBuffer(8)
  const invitation: Invitation = {
    node: nodeId(node),
    path: undefined,
    wake,
    status: allocateStatus(),
    counters,
    changes: allocateChanges(),
    settings,
  }
  const errors: CinescopeError[] = []
  const writer = new JoinedWriter(invitation, {
    thread: 1,
    ring: allocateRing({ strategy: 'drop', records: 64, arenaBytes: 131_072 }, wake),
    rings: new RingPost(() => undefined),
    definitions: allocateDefinitions(),
    status: allocateStatus(),
    offered: () => offered,
    onSettings: () => undefined,
    onGone: () => undefined,
    report: (error) => void errors.push(error),
  })
  return { writer, errors, invitation }
}

/** A writer that needs so long to load, as far as whoever waits for it can tell. */
function writerIsUpAfter(ms: number): void {
  vi.spyOn(Atomics, 'wait').mockImplementation((array, index, _value, timeoutMs = Infinity) => {
    if (timeoutMs < ms || !(array instanceof Int32Array)) return 'timed-out'
    Atomics.store(array, index, RECORDING)
    return 'ok'
  })
}

describe('a thread that ends before the writer is up', () => {
  afterEach(() => vi.restoreAllMocks())

  it('waits for it as long as a program does, if it has recorded anything', async () => {
    writerIsUpAfter(2500)
    const { writer, errors, invitation } = joining('00000000000a', 7)
    const channel = new BroadcastChannel(threadChannel(invitation.node))
    const told = once(channel as never, 'message') as Promise<[{ data: { kind: string; thread: number } }]>
    writer.stopNow()
    expect((await told)[0].data).toMatchObject({ kind: 'join', thread: 1 })
    expect(errors).toEqual([])
    channel.close()
  })

  it('says how many events are lost when that is not enough, and nothing where there are none', () => {
    writerIsUpAfter(Infinity)
    const { writer, errors } = joining('00000000000b', 7)
    writer.stopNow()
    expect(errors).toMatchObject([
      { code: 'CSC_ERR_WRITER', message: expect.stringContaining('its 7 events') as string },
    ])
    const idle = joining('00000000000c', 0)
    idle.writer.stopNow()
    expect(idle.errors).toEqual([])
  })
})
