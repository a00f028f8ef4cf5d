import { probeOf } from '@cinescope/core/adapter'
import { F64, KINDS, parseTraceparent, RECORD_BYTES, U32 } from '@cinescope/protocol'
import { describe, expect, it } from 'vitest'
import { createScope } from '../../src/scope.ts'
import type { Scope } from '../../src/scope/running-scope.ts'
import { putNumbers, putTimes, VALUE_LENGTH, VALUE_POSITION, WORD } from '../../src/ring/record-words.ts'

async function names(scope: Scope): Promise<(string | undefined)[]> {
  await scope.flush()
  const { items } = await scope.recording().events({ limit: 100 })
  return items.map(({ kind, name }) => `${kind} ${name}`)
}

function accounted({ stored, pruned, dropped, pending }: ReturnType<Scope['status']>): number {
  return stored + pruned + dropped + pending
}

describe('a recorder', () => {
  it('refuses and counts what host code records from inside the walk of a value', async () => {
    await using scope = await createScope({ sources: false, store: 'memory', handleSignals: false })
    const original = Error.prepareStackTrace
    Error.prepareStackTrace = (error) => {
      scope.log('inner')
      return String(error)
    }
    try {
      scope.span('outer', () => {
        scope.log('before', { error: new Error('boom') })
        scope.log('after')
      })
    } finally {
      Error.prepareStackTrace = original
    }
    expect((await names(scope)).filter((name) => !name?.startsWith('gap'))).toEqual([
      'span outer',
      'log log',
      'log log',
    ])
    const status = scope.status()
    expect(status).toMatchObject({ pending: 0, stored: 4 })
    expect(status.dropped).toBe(status.produced - 4)
    expect(status.faults).toEqual([])
  })

  it.each(['drop', 'grow'] as const)(
    'counts every event, and throws none of its own errors, where the stack ends: %s',
    async (strategy) => {
      const ring = { strategy, ...(strategy === 'grow' ? { records: 64 } : {}) }
      const scope = await createScope({ sources: false, store: 'memory', handleSignals: false, ring })
      const dive = (depth: number): number => {
        scope.log('deeper', { depth })
        return dive(depth + 1) + 1
      }
      for (let i = 0; i < 20; i++) expect(() => dive(0)).toThrow(RangeError)
      await scope.flush()
      expect(scope.status().pending).toBe(0)
      expect(accounted(scope.status())).toBe(scope.status().produced)
      await scope.stop()
      expect(scope.status()).toMatchObject({ pending: 0, state: 'stopped', faults: [] })
    },
  )

  it.each([new TypeError('no set'), new RangeError('offset is out of bounds')])(
    'tells of a fault of its own that breaks off a record, once, and counts the record: %s',
    async (fault) => {
      const told: string[] = []
      await using scope = await createScope({
        sources: false,
        store: 'memory',
        handleSignals: false,
        onInternalError: ({ code, cause }) => void told.push(`${code} ${String(cause)}`),
      })
      scope.log('before')
      const probe = probeOf(scope)
      const root = probe.open(KINDS.request, 0, undefined)
      const remote = parseTraceparent('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01')!
      // nothing in the recorder throws by itself: a built-in that it uses has to be broken
      const { set } = Uint8Array.prototype
      Uint8Array.prototype.set = () => {
        throw fault
      }
      try {
        probe.adopt(root, remote.traceId, remote.spanId)
      } finally {
        Uint8Array.prototype.set = set
      }
      scope.log('after')
      await scope.flush()
      scope.status()
      expect(told).toEqual([`CSC_ERR_CAPTURE ${String(fault)}`])
      expect(scope.status()).toMatchObject({ pending: 0, dropped: 1 })
    },
  )

  it.each([new TypeError('no slice'), new RangeError('Invalid string length')])(
    'tells of a fault of its own in the walk of a value, once, and keeps the event: %s',
    async (fault) => {
      const told: string[] = []
      await using scope = await createScope({
        sources: false,
        store: 'memory',
        handleSignals: false,
        onInternalError: ({ code, cause }) => void told.push(`${code} ${String(cause)}`),
      })
      // nothing in the walk throws by itself either
      const { slice } = String.prototype
      String.prototype.slice = () => {
        throw fault
      }
      try {
        scope.log('long', { text: 'x'.repeat(5000) })
      } finally {
        String.prototype.slice = slice
      }
      expect(await names(scope)).toEqual(['log log'])
      scope.status()
      expect(told).toEqual([`CSC_ERR_CAPTURE ${String(fault)}`])
    },
  )

  it('writes its fields where the layout has them', () => {
    const buffer = new ArrayBuffer(RECORD_BYTES * 3)
    const u32 = new Uint32Array(buffer)
    const f64 = new Float64Array(buffer)
    const slot = 2
    putNumbers(new Int32Array(buffer), slot, 11, 12, 13, 14, 15, 16, 17)
    putTimes(f64, slot, 1.5, 2.5, 3.5)
    const u = slot * (RECORD_BYTES / 4)
    const f = slot * (RECORD_BYTES / 8)
    const fields = ['seq', 'site', 'parent', 'root', 'cause', 'subject', 'span'] as const
    expect(slot << 4).toBe(u)
    expect(fields.map((field) => u32[u + U32[field]])).toEqual([11, 12, 13, 14, 15, 16, 17])
    expect([F64.time, F64.since, F64.number].map((field) => f64[f + field])).toEqual([1.5, 2.5, 3.5])
    expect([WORD, VALUE_POSITION, VALUE_LENGTH]).toEqual([U32.word, U32.valuePosition, U32.valueLength])
  })
})
