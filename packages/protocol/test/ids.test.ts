import { arbitraryNode, arbitrarySeq } from '@cinescope/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  CinescopeError,
  derivedTraceId,
  formatTraceparent,
  MAX_THREAD,
  nodeId,
  parseTraceparent,
  placeOf,
  seq,
  type SpanId,
  spanIdOf,
} from '../src/index.ts'

const place = fc.record({ thread: fc.integer({ min: 0, max: MAX_THREAD }), seq: arbitrarySeq() })
const hex = (length: number): fc.Arbitrary<string> =>
  fc.uint8Array({ minLength: length / 2, maxLength: length / 2 }).map((bytes) => Buffer.from(bytes).toString('hex'))

describe('span ids', () => {
  it('give back the thread and seq they were made of, for any node', () => {
    fc.assert(
      fc.property(arbitraryNode(), place, (node, at) => {
        const id = spanIdOf(node, at)
        expect(id).toMatch(/^[0-9a-f]{16}$/)
        expect(placeOf(node, id)).toEqual(at)
      }),
      { numRuns: 1000 },
    )
  })

  it('are a permutation: any 64 bits stand for one place', () => {
    fc.assert(
      fc.property(arbitraryNode(), hex(16), (node, id) => {
        const at = placeOf(node, id as SpanId)
        expect(at.thread).toBeLessThanOrEqual(MAX_THREAD)
        expect(at.seq).toBeLessThan(2 ** 48)
        expect(spanIdOf(node, at)).toBe(id)
      }),
      { numRuns: 1000 },
    )
  })

  it('of neighbours differ in about half of their bits', () => {
    const node = nodeId('0123456789ab')
    let bits = 0
    for (let i = 1; i <= 1000; i++) {
      const [a, b] = [spanIdOf(node, { thread: 0, seq: seq(i) }), spanIdOf(node, { thread: 0, seq: seq(i + 1) })]
      const difference = BigInt(`0x${a}`) ^ BigInt(`0x${b}`)
      bits += difference.toString(2).replaceAll('0', '').length
    }
    expect(bits / 1000).toBeGreaterThan(28)
    expect(bits / 1000).toBeLessThan(36)
  })

  it('of the same place differ between nodes', () => {
    const at = { thread: 0, seq: seq(1) }
    expect(spanIdOf(nodeId('000000000001'), at)).not.toBe(spanIdOf(nodeId('000000000002'), at))
    expect(spanIdOf(nodeId('000001000000'), at)).not.toBe(spanIdOf(nodeId('000002000000'), at))
  })
})

describe('node ids', () => {
  it('are twelve lower-case hex digits', () => {
    expect(nodeId('00ffa9b1c2d3')).toBe('00ffa9b1c2d3')
  })

  it.each(['', '0'.repeat(11), '0'.repeat(13), '00FFA9B1C2D3', '00ffa9b1c2dg', ' 0ffa9b1c2d3', '00ffa9b1c2d3\n'])(
    'are refused when they are %j',
    (text) => {
      expect(() => nodeId(text)).toThrow(expect.objectContaining({ code: 'CSC_ERR_ID' }))
    },
  )

  it('are refused with a message that clips what was given', () => {
    expect(() => nodeId('x'.repeat(1000))).toThrow(CinescopeError)
    expect(() => nodeId('x'.repeat(1000))).toThrow(/^.{1,120}$/)
  })
})

describe('derived trace ids', () => {
  it('are trace ids that W3C accepts and end with the span id of the root', () => {
    fc.assert(
      fc.property(arbitraryNode(), place, (node, at) => {
        const trace = derivedTraceId(node, at)
        expect(trace).toMatch(/^[0-9a-f]{32}$/)
        expect(trace).not.toMatch(/^0+$/)
        expect(trace.slice(16)).toBe(spanIdOf(node, at))
      }),
    )
  })

  it('differ between roots in their first half too', () => {
    const node = nodeId('0123456789ab')
    const heads = Array.from({ length: 500 }, (_, i) =>
      derivedTraceId(node, { thread: 0, seq: seq(i + 1) }).slice(0, 8),
    )
    expect(new Set(heads).size).toBeGreaterThan(495)
  })
})

describe('traceparent', () => {
  const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
  const SPAN = '00f067aa0ba902b7'

  it('reads back what it writes', () => {
    fc.assert(
      fc.property(hex(32), hex(16), fc.boolean(), (trace, span, sampled) => {
        fc.pre(!/^0+$/.test(trace) && !/^0+$/.test(span))
        const header = formatTraceparent({ traceId: trace as never, spanId: span as never, sampled })
        expect(header).toHaveLength(55)
        expect(parseTraceparent(header)).toEqual({ traceId: trace, spanId: span, sampled })
      }),
    )
  })

  it('takes a later version with more fields and reads only the sampled bit of the flags', () => {
    expect(parseTraceparent(`cc-${TRACE}-${SPAN}-fe-what-ever`)).toEqual({
      traceId: TRACE,
      spanId: SPAN,
      sampled: false,
    })
    expect(parseTraceparent(`cc-${TRACE}-${SPAN}-09`)?.sampled).toBe(true)
  })

  it.each([
    ['absent', undefined],
    ['empty', ''],
    ['of version ff', `ff-${TRACE}-${SPAN}-01`],
    ['of version 00 with more fields', `00-${TRACE}-${SPAN}-01-x`],
    ['of version 00 with a dash behind', `00-${TRACE}-${SPAN}-01-`],
    ['without flags', `00-${TRACE}-${SPAN}`],
    ['with an all-zero trace', `00-${'0'.repeat(32)}-${SPAN}-01`],
    ['with an all-zero span', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['in upper case', `00-${TRACE.toUpperCase()}-${SPAN}-01`],
    ['with spaces around', ` 00-${TRACE}-${SPAN}-01 `],
    ['with a line break behind', `cc-${TRACE}-${SPAN}-01\n`],
    ['with a short trace', `00-${TRACE.slice(1)}-${SPAN}-001`],
    ['without dashes', `00${TRACE}${SPAN}01000`],
    ['endless', `cc-${TRACE}-${SPAN}-01-${'a'.repeat(1000)}`],
  ])('is ignored when it is %s', (_what, header) => {
    expect(parseTraceparent(header)).toBeUndefined()
  })

  it('gives a context or undefined for any text', () => {
    const text = fc.oneof(
      fc.string({ maxLength: 80 }),
      fc.stringMatching(/^[0-9a-f]{2}-[0-9a-f]{30,33}-[0-9a-f]{15,17}-[0-9a-f]{1,3}$/),
    )
    fc.assert(
      fc.property(text, (header) => {
        const context = parseTraceparent(header)
        if (context !== undefined)
          expect(header.startsWith(header.slice(0, 2) + `-${context.traceId}-${context.spanId}-`)).toBe(true)
      }),
    )
  })
})
