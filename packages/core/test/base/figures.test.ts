import { describe, expect, it } from 'vitest'
import { FigureReader, publish } from '../../src/base/figures.ts'
import { allocateStatus, STATUS } from '../../src/base/status.ts'

describe('the figures of the writer', () => {
  it('are those of one publication: while the next is being written, those of the one before', () => {
    const memory = allocateStatus()
    const live = new Float64Array(memory.figures)
    const signals = new Int32Array(memory.signals)
    const reader = new FigureReader(memory)
    const both = (): number[] => {
      const figures = reader.read()
      return [figures[STATUS.accounted]!, figures[STATUS.stored]!]
    }
    publish(signals, () => live.set([7], STATUS.accounted))
    publish(signals, () => live.set([7], STATUS.stored))
    expect(both()).toEqual([7, 7])
    publish(signals, () => {
      live[STATUS.accounted] = 9
      expect(both()).toEqual([7, 7])
      live[STATUS.stored] = 9
      expect(both()).toEqual([7, 7])
    })
    expect(both()).toEqual([9, 9])
  })
})
