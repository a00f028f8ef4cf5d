import type { Definition } from '@cinescope/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { allocateDefinitions, DefinitionConsumer, DefinitionProducer } from '../../src/ring/definition-log.ts'

const key = (number: number, text: string): Definition => ({ kind: 'key', number, text })

function open() {
  const memory = allocateDefinitions()
  return { producer: new DefinitionProducer(memory), consumer: new DefinitionConsumer(memory) }
}

describe('a log of definitions', () => {
  it('gives what was put, in order, once, lone surrogates too', () => {
    const { producer, consumer } = open()
    const definitions = [key(0, 'a'), key(1, '\ud800 ü 💥'), key(2, '')]
    for (const definition of definitions) expect(producer.put(definition)).toBe(true)
    expect(consumer.take()).toEqual(definitions)
    expect(consumer.take()).toEqual([])
  })

  it('refuses what has no room, and takes it once there is', () => {
    const { producer, consumer } = open()
    let count = 0
    while (producer.put(key(count, 'x'.repeat(1000)))) count++
    expect(count).toBeGreaterThan(900)
    expect(producer.put(key(count, 'x'.repeat(1000)))).toBe(false)
    expect(consumer.take()).toHaveLength(count)
    expect(producer.put(key(count, 'x'.repeat(1000)))).toBe(true)
    expect(consumer.take()).toEqual([key(count, 'x'.repeat(1000))])
  })

  it('is a queue whatever the lengths, and wherever they wrap', () => {
    const steps = fc.array(fc.oneof(fc.nat({ max: 60_000 }), fc.constant('take' as const)), { maxLength: 120 })
    fc.assert(
      fc.property(steps, (taken) => {
        const { producer, consumer } = open()
        const queue: Definition[] = []
        taken.forEach((step, index) => {
          if (step === 'take') return expect(consumer.take()).toEqual(queue.splice(0))
          const definition = key(index, String(index % 10).repeat(step))
          if (producer.put(definition)) queue.push(definition)
        })
        expect(consumer.take()).toEqual(queue)
      }),
      { numRuns: 40 },
    )
  })
})
