import { Omitted, Special } from '@cinescope/protocol'
import { describe, expect, it } from 'vitest'
import { createRedaction } from '../../src/value/redaction.ts'
import { scrubText } from '../../src/value/scrub.ts'
import { redactUrl } from '../../src/value/url.ts'
import { Fixture, plain, WIDE } from './fixture.ts'
import { CARDS, SHAPES } from './secrets.ts'

const SECRET = 'correct horse 7'
const redacted = new Omitted('redacted', 0)
const redaction = createRedaction()

describe('values under sensitive names', () => {
  it('are left out whatever they are, without a trace of their length', () => {
    const secrets = [
      SECRET,
      1234,
      true,
      12n,
      [SECRET],
      { a: SECRET },
      Buffer.from(SECRET),
      new Map([[SECRET, 1]]),
      () => 1,
    ]
    for (const password of secrets) {
      const fixture = new Fixture()
      expect(fixture.roundTrip({ password })).toEqual(
        Object.assign(Object.create(null) as object, { password: redacted }),
      )
      expect(fixture.holds(SECRET)).toBe(false)
    }
  })

  it('null and undefined are told, since they hold nothing', () => {
    expect(plain(new Fixture().roundTrip({ token: null, pin: undefined }))).toEqual({ token: null })
  })

  it('numbers and booleans stay under names that hide strings only', () => {
    expect(plain(new Fixture().roundTrip({ max_tokens: 5, hasPassword: true, tokens: 'x', pin: 5 }))).toEqual({
      max_tokens: 5,
      hasPassword: true,
      tokens: { $omitted: 'redacted' },
      pin: { $omitted: 'redacted' },
    })
  })

  it.each<[string, unknown]>([
    ['nested', { a: [{ password: SECRET }] }],
    [
      'class instance',
      new (class User {
        password = SECRET
      })(),
    ],
    ['map key', new Map([['password', SECRET]])],
    ['header list', ['Host', 'x', 'Authorization', SECRET]],
    ['entries', [['password', SECRET]]],
    ['set', new Set(['password', SECRET])],
    [
      'name and value',
      [
        { name: 'password', value: SECRET },
        { value: SECRET, key: 'api_key' },
      ],
    ],
    ['own field of an error', Object.assign(new Error('x'), { password: SECRET })],
    ['own field of a cause', new Error('x', { cause: { config: { headers: { authorization: SECRET } } } })],
    ['inline key', { [`${'x'.repeat(70)}_password`]: SECRET }],
    ['null prototype', Object.assign(Object.create(null) as object, { password: SECRET })],
    ['symbol description', { s: Symbol(`password=${SECRET}`) }],
    ['function name', { f: Object.defineProperty(() => 1, 'name', { value: `password: ${SECRET}` }) }],
    ['expression', /password: correct horse 7/],
  ])('in a %s', (_, value) => {
    const fixture = new Fixture()
    fixture.roundTrip(value)
    expect(fixture.encoder.faults).toBe(0)
    expect(fixture.holds(SECRET)).toBe(false)
  })

  it.each([`token=${SECRET}`, `password:${SECRET}`, `https://x/?token=${SECRET}`, `{"password":"${SECRET}"}`])(
    'in the key %s',
    (key) => {
      for (const value of [{ [key]: 1 }, new Map([[key, 1]]), { a: [{ [`${key}${'x'.repeat(80)}`]: 1 }] }]) {
        const fixture = new Fixture()
        fixture.roundTrip(value)
        expect(fixture.holds(SECRET)).toBe(false)
      }
    },
  )

  it.each<[string, unknown, boolean]>([
    ['Name, Value', { Name: 'password', Value: SECRET }, true],
    ['id, value', { id: 'password', value: SECRET }, true],
    ['type, value', { a: 1, value: SECRET, type: 'password' }, true],
    ['label, value', { label: 'Password', value: { a: SECRET } }, true],
    ['name, data', { name: 'api_key', data: SECRET }, true],
    ['name, defaultValue', { name: 'password', defaultValue: SECRET }, true],
    ['k, v', { k: 'token', v: SECRET }, true],
    ['a part of a name', { name: 'my password 2', value: SECRET }, true],
    ['a job', { name: 'send password reset', data: SECRET }, false],
    ['an event', { type: 'session.created', data: SECRET }, false],
    ['an item', { id: '17', type: 'order', label: 'a', value: SECRET }, false],
  ])('in a pair: %s', (_, pair, isHidden) => {
    const fixture = new Fixture()
    fixture.roundTrip([pair])
    expect(fixture.holds(SECRET)).toBe(!isHidden)
    fixture.text({ bytes: Buffer.from(JSON.stringify([pair])) })
    expect(fixture.holds(SECRET)).toBe(!isHidden)
    fixture.text({ bytes: Buffer.from(JSON.stringify([pair])) })
    expect(fixture.holds(SECRET)).toBe(!isHidden)
  })

  it('as the argument behind a sensitive name', () => {
    const fixture = new Fixture()
    expect(fixture.arguments(['Set-Cookie', SECRET, 5])).toEqual(['Set-Cookie', redacted, 5])
    expect(fixture.holds(SECRET)).toBe(false)
  })
})

describe('errors of body parsers', () => {
  const body = '{"diagnosis":"flu","patient":"Ann Smith",}'
  const parsed = (text: string): Error => {
    try {
      return JSON.parse(text) as Error
    } catch (error) {
      return error as Error
    }
  }

  it('hold no body, by whatever name, also as causes', () => {
    const error = Object.assign(parsed(body), { type: 'entity.parse.failed', status: 400, body, rawBody: body })
    const fixture = new Fixture({ limits: WIDE })
    const decoded = plain(fixture.roundTrip(new Error('x', { cause: error })))
    const hidden = { $omitted: 'redacted' }
    expect(decoded).toMatchObject({
      cause: { type: 'entity.parse.failed', status: 400, body: hidden, rawBody: hidden },
    })
    expect(['Ann', 'Smith', 'flu'].filter((word) => fixture.holds(word))).toEqual([])
  })

  it('of another kind keep a member of that name', () => {
    const error = Object.assign(new Error('x'), { type: 'validation', body: 'kept' })
    expect(plain(new Fixture().roundTrip(error))).toMatchObject({ body: 'kept' })
  })

  it.each(['hunter2!', `${'x'.repeat(40)} hunter2! ${'x'.repeat(40)}`, '"a" hunter2! "b', '{"a":"hunter2!"b"}'])(
    'quote nothing of %s',
    (text) => {
      const fixture = new Fixture()
      const decoded = plain(fixture.roundTrip(parsed(text))) as { message: string; stack: string }
      expect(decoded.stack).toContain(decoded.message)
      expect(fixture.holds('hunter2')).toBe(false)
    },
  )
})

describe('paths', () => {
  it('hide one place, with * for one key or index', () => {
    const fixture = new Fixture({ redaction: { paths: ['user.note', 'items[*].code', 'items.0.id', '*.deep.*'] } })
    const value = {
      user: { note: SECRET, other: { note: 'kept' } },
      items: [
        { code: SECRET, id: SECRET },
        { code: SECRET, id: 'kept' },
      ],
      any: { deep: { x: SECRET } },
      note: 'kept',
      map: new Map([['deep', new Map([['x', SECRET]])]]),
    }
    const decoded = JSON.stringify(fixture.roundTrip(value))
    expect(fixture.holds(SECRET)).toBe(false)
    expect(decoded.match(/kept/g)).toHaveLength(3)
  })

  it('hold for bodies under body', () => {
    const fixture = new Fixture({ redaction: { paths: ['body.user.*.n'] } })
    const bytes = Buffer.from(JSON.stringify({ user: [{ n: SECRET, m: 1 }] }))
    expect(plain(fixture.text({ bytes }))).toEqual({ user: [{ n: { $omitted: 'redacted' }, m: 1 }] })
    expect(fixture.holds(SECRET)).toBe(false)
  })

  it('hold for arguments by index', () => {
    expect(new Fixture({ redaction: { paths: ['1'] } }).arguments(['a', 'b'])).toEqual(['a', redacted])
  })
})

describe('shapes', () => {
  it.each(Object.entries(SHAPES))('%s is masked wherever it stands', (_, secret) => {
    const error = new Error(`failed for ${secret}`, { cause: new Error(secret) })
    const values: unknown[] = [
      secret,
      `before ${secret} after`,
      `x,${secret}`,
      `\u2603 ${secret}`,
      [secret],
      { [secret]: 1 },
      new Map([[secret, secret]]),
      new Set([secret]),
      error,
      new String(secret),
      Symbol(secret),
      Buffer.from(`..${secret}`),
      `${'x'.repeat(1010)} ${secret}`,
      { url: `https://api.example.org/x?a=${encodeURIComponent(secret)}` },
    ]
    for (const value of values.slice(0, -1)) {
      const fixture = new Fixture()
      fixture.roundTrip(value)
      expect(fixture.holds(secret), String(secret)).toBe(false)
      expect(fixture.holds(secret.slice(0, 16))).toBe(false)
      expect(fixture.holds(secret.slice(-12))).toBe(false)
    }
    expect(redactUrl(`https://api.example.org/x?a=${encodeURIComponent(secret)}`, redaction)).not.toContain(
      encodeURIComponent(secret),
    )
  })

  it.each(CARDS)('the card number %s is masked, as text and as a number', (card) => {
    const digits = card.replace(/\D/g, '')
    for (const value of [card, `card ${card}, 12/25`, `${card} 12 25`, { n: [card] }, { [card]: 1 }, Number(digits)]) {
      const fixture = new Fixture()
      fixture.roundTrip(value)
      expect(fixture.holds(card)).toBe(false)
    }
    if (Number.isSafeInteger(Number(digits)) && digits.length > 13) {
      expect(new Fixture().roundTrip(Number(digits))).toEqual(redacted)
    }
  })

  it.each([
    '1714557600000',
    '1714557600009',
    '1714557600000000009',
    '4111 1111 1111 1112',
    '2024-05-01T10:00:00.000Z',
    '6f9619ff-8b86-d011-b42d-00cf4fc964ff',
    'task-1234567890',
    'high_resolution_photo',
    'http://localhost:3000/a@b',
    'text/html; q=0.9',
    'skeleton key',
    'GET /users?page=2&sort=name',
    'organization',
    'a basic idea',
    '12:30:45',
    'mailto:person@example.org',
    'x => y',
  ])('%s is no secret', (text) => {
    expect(scrubText(text, redaction)).toBe(text)
    expect(new Fixture().roundTrip(text)).toBe(text)
  })

  it('of the user come on top and hit short strings too', () => {
    const fixture = new Fixture({ redaction: { shapes: [/EMP-\d+/i] } })
    expect(fixture.roundTrip(['EMP-1', 'see emp-22 there'])).toEqual(
      ['[redacted]', 'see [redacted] there'].map((text) => (text === '[redacted]' ? redacted : text)),
    )
  })
})

describe('assignments in text', () => {
  it.each([
    ['password=§&a=1', 'password=[redacted]&a=1'],
    ['?token=§', '?token=[redacted]'],
    ['login failed, password: § and more\nnext: line', 'login failed, password: [redacted]\nnext: line'],
    ['{"password": "§", "a": 1}', '{"password": "[redacted]", "a": 1}'],
    ['{"password":"§\\"§","a":1}', '{"password":"[redacted]","a":1}'],
    ['{\\"password\\":\\"§\\",\\"a\\":1}', '{\\"password\\":\\"[redacted]\\",\\"a\\":1}'],
    ['{"pin":1234,"a":1}', '{"pin":[redacted],"a":1}'],
    ['{"credentials":{"a":"§","b":["§"]},"c":1}', '{"credentials":[redacted],"c":1}'],
    ["{ apiKey: '§', a: 1 }", "{ apiKey: '[redacted]', a: 1 }"],
    ['Cookie: a=§; b=§', 'Cookie: [redacted]'],
    ['API key = §', 'API key = [redacted]'],
    ['card number: 12', 'card number: [redacted]'],
    ["UPDATE users SET password = '§' WHERE id = 1", "UPDATE users SET password = '[redacted]' WHERE id = 1"],
    ["'secret' => '§'", "'secret' => '[redacted]'"],
    [
      '<user><password type="plain">§</password><id>1</id></user>',
      '<user><password type="plain">[redacted]</password><id>1</id></user>',
    ],
    ['postgres://app:§@db:5432/x', 'postgres://[redacted]@db:5432/x'],
    ['redis://:§@h, http://u:§/§@h/p', 'redis://[redacted]@h, http://[redacted]@h/p'],
    ['Authorization: Digest username="§"', 'Authorization: [redacted]'],
    ['//bob:§@h/x, http://h:80//:§@h', '//[redacted]@h/x, http://h:80//[redacted]@h'],
    ['bearer, §', 'bearer, [redacted]'],
    ['graphql-ws, access_token, §', 'graphql-ws, access_token, [redacted]'],
    ['base64url.bearer.authorization.k8s.io.§, v4.channel.k8s.io', 'base64url.[redacted], v4.channel.k8s.io'],
    ['the ring bearer, Frodo', 'the ring bearer, Frodo'],
    ['node_modules//@scope/a, //@ts-check, //x:1/a@b', 'node_modules//@scope/a, //@ts-check, //x:1/a@b'],
    ['sent bearer §', 'sent bearer [redacted]'],
    ['password=', 'password='],
    ['token: null', 'token: null'],
    ['max_tokens: 5, tokens=7', 'max_tokens: 5, tokens=7'],
    ['at TokenStore.read (/app/token.js:10:5)', 'at TokenStore.read (/app/token.js:10:5)'],
    ['password=[redacted]§', 'password=[redacted]'],
    ['password: null§', 'password: [redacted]'],
    ['"password"\n:\n"§"', '"password"\n:\n"[redacted]"'],
    ['password =\n§', 'password =\n[redacted]'],
    ['password=\nuser=bob', 'password=\nuser=bob'],
    ['password:\nuser: bob', 'password:\nuser: bob'],
    ['password:\n  §\nuser: bob', 'password:\n  [redacted]\nuser: bob'],
    ['{"password"          : "§"}', '{"password"          : "[redacted]"}'],
    ['password: |\n  §\n  §\nuser: bob', 'password: [redacted]\nuser: bob'],
    ['{"pass\\u0077ord":"§"}', '{"pass\\u0077ord":"[redacted]"}'],
    ['{\\"pass\\\\u0077ord\\":\\"§\\"}', '{\\"pass\\\\u0077ord\\":\\"[redacted]\\"}'],
    ["[ 'Authorization', '§' ]", "[ 'Authorization', '[redacted]' ]"],
    ['["password","§"]', '["password","[redacted]"]'],
    ["['id', 'as it is']", "['id', 'as it is']"],
    ['password -> §', 'password -> [redacted]'],
    ['user=bob pw=§', 'user=bob pw=[redacted]'],
    ['Invalid token §1', 'Invalid token [redacted]'],
    ['The password "§" is wrong', 'The password "[redacted]" is wrong'],
    ["Incorrect password '§' for bob", "Incorrect password '[redacted]' for bob"],
    ['Unexpected token } in JSON at position 12', 'Unexpected token } in JSON at position 12'],
    ['token expired 3 days ago', 'token expired 3 days ago'],
    ['Key (token)=(§) already exists.', 'Key (token)=([redacted]) already exists.'],
    ['Key (id, token)=(1, §)x) already exists.', 'Key (id, token)=([redacted]) already exists.'],
    ['Key (id)=(17) already exists.', 'Key (id)=(17) already exists.'],
    ['<input name="password" value="§">', '<input name="password" value="[redacted]">'],
    ['<input value="§" type=password>', '<input value="[redacted]" type=password>'],
    ['<add key="dbPass" value="§"/>', '<add key="dbPass" value="[redacted]"/>'],
    ['<input name="city" value="Rome">', '<input name="city" value="Rome">'],
  ])('%s', (text, expected) => {
    expect(scrubText(text.replaceAll('§', 'hunter2x'), redaction)).toBe(expected)
  })
})

describe('long text', () => {
  it.each([
    'tokens:5 ',
    'password:{',
    'a:',
    '://a:b/',
    '//a:b',
    '//a:@',
    '//:',
    'bearer,',
    ',bearer, ',
    'bearer.authorization.',
    '4 ',
    '4',
    '\\',
    '"',
    '<a ',
    'basic ',
    '-----BEGIN ',
    'eyJ',
    'sk_',
    'password="',
    'x=\\"',
    '&a',
    'abc: ',
    '-----BEGIN PRIVATE KEY-----',
    'card number: ',
    '</',
    'password:\n',
    'password: |\n x',
    'password\n\n\n',
    '(token)=(x\n',
    '(id)=(',
    '"password",',
    '"password","',
    '"token", \'',
    'token "',
    "token '",
    'password aaaaaaa',
    '<a name=pin value=',
    '<a value= ',
    'a%',
    'token%3D',
    '%3D',
    '\\u0061',
    ' -> ',
    '> ',
  ])('of nothing but %s takes time in proportion', (piece) => {
    const start = process.cpuUsage()
    scrubText(piece.repeat(Math.ceil(200_000 / piece.length)), redaction)
    expect(process.cpuUsage(start).user).toBeLessThan(1_000_000)
  })
})

describe('URLs', () => {
  it.each([
    ['https://u:p@h/a', 'https://[redacted]@h/a'],
    ['//bob:hush@h/x', '//[redacted]@h/x'],
    ['https://h//bob:hush@h/x?y=1', 'https://h//[redacted]@h/x?y=1'],
    ['/a?token=x&page=2&max_tokens=5', '/a?token=[redacted]&page=2&max_tokens=5'],
    ['/a?access%5Ftoken=x#id_token=y&z=1', '/a?access%5Ftoken=[redacted]#id_token=[redacted]&z=1'],
    ['/a?q=postgres%3A%2F%2Fu%3Ap%40h', '/a?q=[redacted]'],
    ['/reset-password/3f9c2a7b81de', '/reset-password/[redacted]'],
    ['/sessions/17/items', '/sessions/17/items'],
    ['/a?', '/a?'],
    ['/a?b&c=', '/a?b&c='],
    ['/a?password=%zz', '/a?password=[redacted]'],
    ['', ''],
  ])('%s', (url, expected) => {
    expect(redactUrl(url, redaction)).toBe(expected)
  })
})

describe('what is cut', () => {
  it('a secret across the limit of a string leaves no head behind', () => {
    for (const secret of Object.values(SHAPES)) {
      for (const visible of [4, 12, 20]) {
        const fixture = new Fixture({ limits: { maxStringLength: 64 } })
        fixture.roundTrip(`${' '.repeat(64 - visible)}${secret}${' tail'.repeat(100)}`)
        expect(fixture.holds(secret.slice(0, 12)), secret).toBe(false)
      }
    }
  })

  it('a text that is masked and cut keeps what was its length', () => {
    const fixture = new Fixture({ limits: { ...WIDE, maxStringLength: 24 } })
    const text = `password=${SECRET}`.replaceAll(' ', '_')
    expect(fixture.roundTrip(`${text} ${'x'.repeat(20)}`)).toEqual(
      new Special('cut', { length: text.length + 21, text: 'password=[redacted] xxxx' }),
    )
  })
})
