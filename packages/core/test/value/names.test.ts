import { describe, expect, it } from 'vitest'
import { createKeyTable } from '../../src/value/keys.ts'
import { createNameRules, SENSITIVITY } from '../../src/value/names.ts'
import type { RedactionOptions } from '../../src/value/redaction.ts'
import { createRedaction } from '../../src/value/redaction.ts'
import { Fixture, WIDE } from './fixture.ts'

const rules = createNameRules([], [])

describe('sensitive names', () => {
  it.each([
    'password',
    'Password',
    'PASSWORD',
    'user_password',
    'userPassword',
    'passwordHash',
    'passwd',
    'db.pwd',
    'pass',
    'secret',
    'clientSecret',
    'CLIENT_SECRET',
    'client-secret',
    'secretKey',
    'apiKey',
    'API_KEY',
    'x-api-key',
    'authorization',
    'Authorization',
    'proxy-authorization',
    'auth',
    'credentials',
    'privateKey',
    'accessKeyId',
    'cookie',
    'Set-Cookie',
    'sessionId',
    'session_id',
    'connect.sid',
    'PHPSESSID',
    'sid',
    'token',
    'bearer',
    'jwt',
    'pin',
    'userPin',
    'user_pin',
    'card[pin]',
    'cvv',
    'cardCvv',
    'otp',
    'otpCode',
    'ssn',
    'cardNumber',
    'iban',
    'card[number]',
    'user[password]',
    'accessToken',
    'refresh_token',
    'X-Amz-Signature',
    'AWS_SECRET_ACCESS_KEY',
    'DATABASE_PASSWORD',
    'spring.datasource.password',
    'masterPassword',
    'seed_phrase',
    'pw',
    'PW',
    'x-auth',
    'X-Authentication',
    'authentication',
    'x-key',
    '\uff50\uff41\uff53\uff53\uff57\uff4f\uff52\uff44',
    '\uff50assword',
    'pass\u200bword',
    '\uff50\uff57',
    'p\u0430ssword_password',
    'Ocp-Apim-Subscription-Key',
    'X-Subscription-Key',
    'x-functions-key',
    'Stripe-Signature',
    'X-Hub-Signature-256',
    'X-Webhook-Signature',
    'webhook-signature',
    'X-Shopify-Hmac-SHA256',
  ])('%s hides everything', (name) => {
    expect(rules.classify(name)).toBe(SENSITIVITY.strict)
  })

  it.each([
    'tokens',
    'max_tokens',
    'tokenCount',
    'csrfMode',
    'sessionTimeout',
    'cookieAge',
    'passwordLength',
    'hasPassword',
    'db_pass',
    'userPass',
    'smtpPass',
    'x-forwarded-user-pass',
    'dbPw',
  ])('%s hides all but numbers and booleans', (name) => {
    expect(rules.classify(name)).toBe(SENSITIVITY.loose)
  })

  it.each([
    'id',
    'name',
    'author',
    'authored',
    'pinned',
    'shipping',
    'spinner',
    'passenger',
    'compass',
    'bypass',
    'passFilter',
    'kw',
    'id',
    'tokenType',
    'key',
    'description',
    'signal',
    'design',
    'emailSignature',
    'functionKeys',
    'inside',
    'topology',
    'panel',
    'a',
    '',
    '__proto__',
    'constructor',
    'status',
  ])('%s hides nothing', (name) => {
    expect(rules.classify(name)).toBe(SENSITIVITY.none)
  })

  it('names can be added and taken off', () => {
    const own = createNameRules(['internalNote'], ['session', 'auth'])
    expect(own.classify('internal_note')).toBe(SENSITIVITY.strict)
    expect(own.classify('myInternalNote')).toBe(SENSITIVITY.strict)
    expect(own.classify('session')).toBe(SENSITIVITY.none)
    expect(own.classify('auth')).toBe(SENSITIVITY.none)
    expect(own.classify('sessionId')).toBe(SENSITIVITY.strict)
  })
})

describe('key table', () => {
  it('decides once per key and numbers from 0', () => {
    const defined: [number, string][] = []
    const onDefine = (id: number, text: string): boolean => defined.push([id, text]) > 0
    const keys = createKeyTable({ maxKeys: 2, redaction: createRedaction(), onDefine })
    expect([keys.intern('a'), keys.intern('password'), keys.intern('a'), keys.intern('b')]).toEqual([0, 1, 0, -1])
    expect([keys.isSensitive(0), keys.isSensitive(1), keys.size, keys.overflowed]).toEqual([false, true, 2, 1])
    expect(defined).toEqual([
      [0, 'a'],
      [1, 'password'],
    ])
  })

  it('gives none to what has no room on its way to the writer, and counts it', () => {
    let hasRoom = false
    const keys = createKeyTable({ maxKeys: 4, redaction: createRedaction(), onDefine: () => hasRoom })
    expect([keys.intern('a'), keys.size, keys.overflowed]).toEqual([-1, 0, 1])
    hasRoom = true
    expect(keys.intern('a')).toBe(0)
  })

  it('keys of a peer fill half of it', () => {
    const keys = createKeyTable({ maxKeys: 4, redaction: createRedaction(), onDefine: () => true })
    const numbers = ['a', 'b', 'c'].map((key) => keys.intern(key, true))
    expect([...numbers, keys.intern('c'), keys.intern('c', true)]).toEqual([0, 1, -1, 2, 2])
  })
})

describe('names that a peer may choose', () => {
  const odd = (count: number, seed: string): Record<string, string> =>
    Object.fromEntries(
      Array.from({ length: count }, (_, i) => [`${seed}${'abcdefghij'[i % 10]}${'klmnop'[Math.floor(i / 10)]}`, '1']),
    )

  it.each<[string, (names: object) => object]>([
    ['headers', (names) => ({ 'http.request.header': names })],
    ['parameters', (names) => ({ 'cinescope.http.request.params': names })],
    ['whatever is below the top', (names) => [new Map([['a', [names]]])]],
  ])('fill half of the table: %s', (_, around) => {
    const fixture = new Fixture({ maxKeys: 100, limits: WIDE })
    for (const seed of ['q', 'r', 's']) fixture.roundTrip(around(odd(45, seed)))
    // what stands at the top may have taken a place beyond
    expect(fixture.definitions.length).toBeLessThanOrEqual(51)
    expect(Object.keys(fixture.roundTrip({ later: 1 }) as object)).toEqual(['later'])
    expect(fixture.definitions).toContain('later')
  })

  it('at the top of a value take at most 32 places of the other half', () => {
    const fixture = new Fixture({ maxKeys: 100, limits: WIDE })
    fixture.roundTrip([odd(60, 'q')])
    const before = fixture.definitions.length
    fixture.roundTrip(odd(60, 'r'))
    expect([before, fixture.definitions.length]).toEqual([50, 82])
  })
})

describe('options', () => {
  it.each<[string, unknown]>([
    ['an unknown name', { name: ['x'] }],
    ['names that are no list', { names: 'ssn' }],
    ['a name without letters', { names: ['--'] }],
    ['a path that is no string', { paths: [1] }],
    ['a path with an empty segment', { paths: ['a..b'] }],
    ['a shape that is no expression', { shapes: ['x'] }],
    ['a shape that fits everything', { shapes: [/x*/] }],
    ['an unknown way to treat text', { text: 'all' }],
    ['nothing', null],
  ])('%s is refused', (_, options) => {
    expect(() => createRedaction(options as RedactionOptions)).toThrowError(
      expect.objectContaining({ code: 'CSC_ERR_OPTION' }),
    )
  })
})
