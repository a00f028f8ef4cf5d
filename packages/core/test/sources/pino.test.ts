import { Writable } from 'node:stream'
import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { ofKind, recorded } from './fixture.ts'

/** Where a logger writes to, and what it wrote. */
function written(): { readonly lines: readonly string[]; readonly stream: Writable } {
  const lines: string[] = []
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(String(chunk))
      done()
    },
  })
  return { lines, stream }
}

describe('a line of pino', () => {
  it('is in the film, redacted, with what its logger says in every line', async () => {
    await using made = await recorded()
    const { lines, stream } = written()
    const logger = pino({ level: 'info' }, stream).child({ part: 'shop' })
    made.scope.span('work', () => {
      logger.info({ user: 'ann', password: 'hush' }, 'hello %s', 'you')
      logger.debug('not written')
      logger.warn({ time: 'noon', level: 'high' })
    })
    expect(lines).toHaveLength(2)
    const found = ofKind(await made.film('work'), 'log')
    expect(found.map(({ value }) => value)).toEqual([
      {
        message: 'hello you',
        severity: 'info',
        attributes: { part: 'shop', user: 'ann', password: expect.anything() },
      },
      { severity: 'warn', attributes: { part: 'shop', time: 'noon', level: 'high' } },
    ])
    expect(JSON.stringify(found)).not.toContain('hush')
  })

  it('holds nothing of what its logger hides or serializes', async () => {
    await using made = await recorded()
    const { stream } = written()
    const options = {
      messageKey: 'text',
      redact: ['user.mail', 'card.holder', '*.note', 'text'],
      serializers: { order: ({ id }: { readonly id: number }) => ({ id }) },
    }
    const logger = pino(options, stream)
    made.scope.span('work', () => {
      logger.info({ user: { id: 7, mail: 'hush-1' }, card: { holder: 'hush-2', note: 'hush-3' } })
      logger.child({ user: { mail: 'hush-4' } }).info({ order: { id: 8, buyer: 'hush-5' } }, 'hush-6')
    })
    const found = ofKind(await made.film('work'), 'log')
    const censored = '[Redacted]'
    expect(found.map(({ value }) => value)).toEqual([
      { severity: 'info', attributes: { user: { id: 7, mail: censored }, card: { holder: censored, note: censored } } },
      { message: censored, severity: 'info', attributes: { user: { mail: censored }, order: { id: 8 } } },
    ])
  })

  it('that is no JSON is told as it is written', async () => {
    await using made = await recorded()
    const { stream } = written()
    const logger = pino({ messageKey: '"' }, stream)
    made.scope.span('work', () => logger.info({ password: 'hush' }, 'hello'))
    const [line] = ofKind(await made.film('work'), 'log')
    expect(line!.value).toMatchObject({ severity: 'info' })
    expect(JSON.stringify(line)).toContain('hello')
    expect(JSON.stringify(line)).not.toContain('hush')
  })
})
