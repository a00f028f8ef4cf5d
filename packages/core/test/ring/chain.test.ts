import { describe, expect, it } from 'vitest'
import { RingChain } from '../../src/ring/chain.ts'
import { allocateRing, CONTROL, FIRST_RING, type RingMemory, type RingOptions } from '../../src/ring/memory.ts'

const SIZES: RingOptions = { strategy: 'grow', records: 16, arenaBytes: 128 }

const controlOf = ({ control }: RingMemory): Int32Array => new Int32Array(control)

/** A chain whose producer is the test: it says in which ring the records go on. */
function open() {
  const first = allocateRing(SIZES)
  const rings = new Map([2, 3, 4].map((number) => [number, allocateRing(SIZES)]))
  const asked: number[] = []
  const chain = new RingChain(first, (number) => {
    asked.push(number)
    return asked.indexOf(number) === asked.length - 1 ? rings.get(number) : undefined
  })
  const goOn = (from: number, to: number): void => {
    controlOf(from === FIRST_RING ? first : rings.get(from)!)[CONTROL.next] = to
  }
  const giveBack = (upTo: number): void => {
    controlOf(first)[CONTROL.givenBack] = upTo
    chain.forget()
  }
  return { chain, asked, goOn, giveBack }
}

describe('a chain of rings', () => {
  it('asks for a ring once, and knows it when the producer comes back to it', () => {
    const { chain, asked, goOn } = open()
    expect(chain.follow()).toBe(false)
    goOn(1, 2)
    expect([chain.follow(), chain.follow()]).toEqual([true, false])
    goOn(2, 1)
    goOn(1, 2)
    expect([chain.follow(), chain.follow(), chain.follow()]).toEqual([true, true, false])
    expect([asked, chain.grown]).toEqual([[2], 1])
  })

  it('keeps nothing of what was given back', () => {
    const { chain, asked, goOn, giveBack } = open()
    goOn(1, 2)
    chain.follow()
    goOn(2, 1)
    giveBack(2)
    // the producer has gone back, and the consumer follows from a ring that it keeps no longer
    expect([chain.follow(), chain.follow()]).toEqual([true, false])
    goOn(1, 2)
    expect([chain.follow(), asked]).toEqual([false, [2, 2]])
  })

  it('asks for one that was given back before it was used, so that nobody keeps that', () => {
    const { asked, giveBack } = open()
    giveBack(4)
    giveBack(4)
    expect(asked).toEqual([4])
  })

  it('stays where it is until the next ring is there', () => {
    const { chain, goOn } = open()
    goOn(1, 5)
    expect([chain.follow(), chain.backlog()]).toEqual([false, 0])
  })
})
