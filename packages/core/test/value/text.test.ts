import { Omitted, Special } from '@cinescope/protocol'
import { describe, expect, it } from 'vitest'
import { Fixture, plain, WIDE } from './fixture.ts'

const SECRET = 'hunter2hunter2'
const JSON_TYPE = 'application/json; charset=utf-8'
const FORM_TYPE = 'application/x-www-form-urlencoded'

function body(text: string, contentType: string = JSON_TYPE, complete = true): unknown {
  return new Fixture({ limits: WIDE }).text({
    bytes: Buffer.from(text),
    contentType: contentType === 'none' ? undefined : contentType,
    complete,
  })
}

function multipart(...parts: readonly string[]): Buffer {
  return Buffer.from(`${parts.map((part) => `--b0\r\n${part}\r\n`).join('')}--b0--\r\n`, 'latin1')
}

describe('JSON bodies', () => {
  it('become what JSON.parse would give', () => {
    const text = ' {"a": [1, -2.5e3, true, null, "x\\u00e9\\n", {}], "\\u0062": "\u2603", "c": -0, "": 0} '
    expect(JSON.stringify(body(text))).toBe(JSON.stringify(JSON.parse(text)))
  })

  it.each([
    ['{"a":1,"b":"xy', { a: 1, b: { $omitted: 'size' }, $omitted: { $omitted: 'size' } }],
    ['{"a":1,"b', { a: 1, $omitted: { $omitted: 'size' } }],
    ['{"a":12', { a: { $omitted: 'size' }, $omitted: { $omitted: 'size' } }],
    ['[1,2,', [1, 2, { $omitted: 'size' }]],
    ['[[1', [[{ $omitted: 'size' }], { $omitted: 'size' }]],
    ['', ''],
    ['"ab', { $omitted: 'size' }],
    ['{"value":"first","name":"abc', { value: 'first', name: { $omitted: 'size' }, $omitted: { $omitted: 'size' } }],
    ['["password', [{ $omitted: 'size' }]],
  ])('%s, cut, keeps what was whole', (text, expected) => {
    expect(plain(body(text, JSON_TYPE, false))).toEqual(expected)
  })

  it.each([
    ['{"a":1 "b":2}', { a: 1, $omitted: { $omitted: 'corrupt' } }],
    ['{"a":nope,"b":2}', { a: { $omitted: 'corrupt' }, $omitted: { $omitted: 'corrupt' } }],
    ['[1,"\\x"]', [1, { $omitted: 'corrupt' }]],
    ['no json', { $omitted: 'corrupt' }],
    ['[1.]', [1, { $omitted: 'corrupt' }]],
    ['[-.5]', [{ $omitted: 'corrupt' }]],
    ['[1.5.5]', [1.5, { $omitted: 'corrupt' }]],
  ])('%s, invalid, keeps what was read', (text, expected) => {
    expect(plain(body(text))).toEqual(expected)
  })

  it.each(['4222222222222.5', '-4222222222222.5', '4111111111111111.5'])(
    'the card in front of the point of %s is left out',
    (text) => {
      expect(plain(body(`[${text},1]`))).toEqual([{ $omitted: 'redacted' }, 1])
    },
  )

  it.each([
    '0',
    '-0',
    '10',
    '-10',
    '123456789',
    '1234567890',
    '-123456789',
    '1.5',
    '1e5',
    '[0.5]',
    '[-0.0]',
    '[-0.25, 12.250 ]',
    '[123456789012.5]',
    '[0.1234567890123,0.12345678901234]',
    '[1.5e3]',
    '1E+2',
    '[0]',
    '[ 12 ]',
    '[12\t,3\n]',
    '{"a\\"b":1,"c":"\\\\"}',
    '["a","\\u0062","c\\n","d"]',
    '"\u00e9\u2603\ud83d\ude00"',
    `"${'x'.repeat(23)}"`,
    `"${'x'.repeat(24)}"`,
    `"${'x'.repeat(25)}\\"${'y'.repeat(30)}"`,
    `"${'x'.repeat(127)}"`,
    `"${'x'.repeat(128)}"`,
  ])('%s is read as JSON.parse reads it', (text) => {
    expect(body(text)).toEqual(JSON.parse(text))
  })

  it.each(['01', '-', '1.', '+1', '00', '1e', '-01', '0x1'])('%s is no number', (text) => {
    expect(JSON.stringify(body(`[${text}]`))).toContain('corrupt')
  })

  it('hide sensitive members, loose ones only as strings, and named pairs in either order', () => {
    const text = JSON.stringify({
      password: { deep: [SECRET] },
      pin: 1234,
      max_tokens: 5,
      tokens: SECRET,
      token: null,
      pairs: [
        { name: 'password', value: SECRET },
        { value: SECRET, name: 'api_key' },
        { name: 'city', value: 'x' },
      ],
      headers: ['authorization', SECRET, 'host', 'x'],
      note: `password=${SECRET}`,
      nested: JSON.stringify({ secret: SECRET }),
    })
    const fixture = new Fixture({ limits: WIDE })
    const redacted = { $omitted: 'redacted' }
    expect(plain(fixture.text({ bytes: Buffer.from(text) }))).toEqual({
      password: redacted,
      pin: redacted,
      max_tokens: 5,
      tokens: redacted,
      token: null,
      pairs: [{ name: 'password', value: redacted }, redacted, { name: 'city', value: 'x' }],
      headers: ['authorization', redacted, 'host', 'x'],
      note: 'password=[redacted]',
      nested: '{"secret":"[redacted]"}',
    })
    expect(fixture.holds(SECRET)).toBe(false)
  })

  it('leave no byte behind of a pair whose name comes last', () => {
    const fixture = new Fixture()
    const bytes = Buffer.from(JSON.stringify({ value: SECRET, more: SECRET, name: 'api_key' }))
    expect(fixture.text({ bytes })).toEqual(new Omitted('redacted', 0))
    expect(fixture.holds(SECRET.slice(-6))).toBe(false)
  })

  it('obey depth and width and read on behind what they leave out', () => {
    const fixture = new Fixture({ limits: { maxDepth: 2, maxWidth: 2 } })
    const bytes = Buffer.from('[{"a":["]}"],"b":{"c":[[]]},"x":1},2,3]')
    expect(plain(fixture.text({ bytes }))).toEqual([
      { a: { $omitted: 'depth' }, b: { $omitted: 'depth' }, $omitted: { $omitted: 'width' } },
      2,
      { $omitted: 'width' },
    ])
  })

  it('are recognised without a content type, by suffix, and line by line', () => {
    expect(body('{"a":1}', 'none')).toMatchObject({ a: 1 })
    expect(body('{"a":1}', 'application/problem+json')).toMatchObject({ a: 1 })
    expect(plain(body('{"a":1}\n\n{"pin":2}\n{"c', 'application/x-ndjson', false))).toEqual([
      { a: 1 },
      { pin: { $omitted: 'redacted' } },
      { $omitted: { $omitted: 'size' } },
    ])
  })
})

describe('keys without a number', () => {
  const names = Array.from(
    { length: 400 },
    (_, i) => `k${'abcdefghijklmnopqrst'[i % 20]}${'abcdefghijklmnopqrst'[Math.floor(i / 20)]}`,
  )
  const objects = Array.from({ length: 10 }, (_, i) =>
    Object.fromEntries(names.slice(i * 40, i * 40 + 40).map((name) => [name, 1])),
  )

  it('are looked at up to 64 in one body, those with a number without end', () => {
    const bytes = Buffer.from(JSON.stringify(objects))
    const count = (fixture: Fixture): number => {
      const decoded = plain(fixture.text({ bytes })) as object[]
      return decoded.flatMap(Object.keys).filter((key) => key !== '$omitted').length
    }
    expect(count(new Fixture({ limits: WIDE, maxKeys: 2 }))).toBe(64)
    expect(count(new Fixture({ limits: WIDE, maxKeys: 1000 }))).toBe(400)
  })

  it('are looked at up to 64 in one form', () => {
    const fixture = new Fixture({ limits: WIDE, maxKeys: 2 })
    const decoded = plain(fixture.query(names.map((name) => `${name}=1`).join('&'))) as object
    expect(Object.entries(decoded).slice(64)).toMatchObject([['$omitted', { $omitted: 'width' }]])
  })
})

describe('urlencoded bodies and queries', () => {
  it('become an object, repeated names an array', () => {
    expect(plain(body('a=1&b=x+y%21&a=2&c&=e', FORM_TYPE))).toEqual({ a: ['1', '2'], b: 'x y!', c: '', '': 'e' })
    expect(plain(new Fixture().query('?q=%E2%98%83&page=2'))).toEqual({ q: '\u2603', page: '2' })
  })

  it('hide sensitive names however they are written', () => {
    const fixture = new Fixture()
    const text = `user[password]=${SECRET}&p%61ssword=${SECRET}&card%5Bpin%5D=12&max_tokens=5&x=${encodeURIComponent(`a?token=${SECRET}`)}`
    expect(plain(fixture.query(text))).toEqual({
      'user[password]': { $omitted: 'redacted' },
      password: { $omitted: 'redacted' },
      'card[pin]': { $omitted: 'redacted' },
      max_tokens: '5',
      x: 'a?token=[redacted]',
    })
    expect(fixture.holds(SECRET)).toBe(false)
  })

  it.each([
    [`{"password":"${SECRET}"}`, { password: { $omitted: 'redacted' } }],
    [`{"a":1,"user":{"password":"x&y=${SECRET}"}}`, { a: 1, user: { password: { $omitted: 'redacted' } } }],
    [`[{"token":"${SECRET}"},2]`, [{ token: { $omitted: 'redacted' } }, 2]],
    ['[0]=x&[1]=y', { '[0]': 'x', '[1]': 'y' }],
    [`password: ${SECRET}`, { '[redacted]': { $omitted: 'redacted' } }],
    [`password: a=${SECRET}`, { '[redacted]': { $omitted: 'redacted' } }],
    [`%7B%22password%22:%22${SECRET}%22%7D`, { '[redacted]': { $omitted: 'redacted' } }],
  ])('%s is not stored as the name of a field', (text, expected) => {
    const fixture = new Fixture()
    expect(plain(fixture.text({ bytes: Buffer.from(text), contentType: FORM_TYPE }))).toEqual(expected)
    expect(fixture.holds(SECRET)).toBe(false)
  })

  it('a query that is JSON is no name of a field either', () => {
    const fixture = new Fixture()
    fixture.query(`?{"password":"${SECRET}"}`)
    expect(fixture.holds(SECRET)).toBe(false)
  })

  it('drop what the end cuts', () => {
    expect(plain(body('a=1&b=xy', FORM_TYPE, false))).toEqual({ a: '1', b: { $omitted: 'size' } })
    expect(plain(body('a=1&b', FORM_TYPE, false))).toEqual({ a: '1', $omitted: { $omitted: 'size' } })
  })

  it('decode broken escapes byte by byte', () => {
    const fixture = new Fixture()
    expect(fixture.query(`a=%zz+token%3D${SECRET}%`)).toMatchObject({ a: '%zz token=[redacted]' })
    expect(fixture.holds(SECRET)).toBe(false)
  })
})

describe('multipart bodies', () => {
  const contentType = 'multipart/form-data; boundary="b0"'

  it('keep small fields and of files name, type and size', () => {
    const bytes = multipart(
      'Content-Disposition: form-data; name="title"\r\n\r\nHello',
      `content-disposition: form-data; name="password"\r\n\r\n${SECRET}`,
      'Content-Disposition: form-data; name="doc"; filename="a.bin"\r\nContent-Type: application/pdf\r\n\r\n12345',
      `Content-Disposition: form-data; name=meta\r\nContent-Type: application/json\r\n\r\n{"pin":1,"a":[2]}`,
      `Content-Disposition: form-data; name="file"; filename="s.txt"\r\nContent-Type: text/plain\r\n\r\n${SECRET}`,
    )
    const fixture = new Fixture({ limits: WIDE })
    expect(plain(fixture.text({ bytes, contentType }))).toEqual({
      title: 'Hello',
      password: { $omitted: 'redacted' },
      doc: { $type: 'File', size: 5, type: 'application/pdf', name: 'a.bin' },
      meta: { pin: { $omitted: 'redacted' }, a: [2] },
      file: { $type: 'File', size: SECRET.length, type: 'text/plain', name: 's.txt' },
    })
    expect(fixture.holds(SECRET)).toBe(false)
  })

  it('drop what the end cuts', () => {
    const bytes = multipart(
      'Content-Disposition: form-data; name="a"\r\n\r\n1',
      'Content-Disposition: form-data; name="b"\r\n\r\nxyz',
    )
    const cut = bytes.subarray(0, bytes.length - 12)
    expect(plain(new Fixture().text({ bytes: cut, contentType, complete: false }))).toEqual({
      a: '1',
      b: { $omitted: 'size' },
    })
  })

  it.each([
    "Content-Disposition: form-data; name*=utf-8''password",
    "Content-Disposition: form-data; name*=utf-8''p%61ssword; name=x",
    'Content-Disposition: form-data;\r\n name="password"',
    'Content-Disposition : form-data; name="password"',
    'Content-Disposition: form-data; name = "password"',
    'Content-Disposition: form-data; name="pass%77ord"',
    'Content-Disposition: form-data; name="pass\\word"',
  ])('%s is a password', (header) => {
    const fixture = new Fixture()
    const bytes = multipart(`${header}\r\n\r\n${SECRET}`)
    expect(plain(fixture.text({ bytes, contentType }))).toEqual({ password: { $omitted: 'redacted' } })
    expect(fixture.holds(SECRET)).toBe(false)
  })

  it.each(['Content-Disposition: form-data', 'X-Name: password', 'Content-Disposition: form-data, name password'])(
    '%s tells no name, so that the part is left out',
    (header) => {
      const fixture = new Fixture()
      const bytes = multipart(`${header}\r\n\r\n${SECRET}`, 'Content-Disposition: form-data; name="a+b"\r\n\r\n1')
      expect(plain(fixture.text({ bytes, contentType }))).toEqual({ '': { $omitted: 'corrupt' }, 'a+b': '1' })
      expect(fixture.holds(SECRET)).toBe(false)
    },
  )

  it('of lines that end in LF alone are left out', () => {
    const fixture = new Fixture()
    const bytes = Buffer.from(`--b0\nContent-Disposition: form-data; name="password"\n\n${SECRET}\n--b0--\n`)
    fixture.text({ bytes, contentType })
    expect(fixture.holds(SECRET)).toBe(false)
  })

  it('without a boundary are corrupt', () => {
    expect(body('--b0', 'multipart/form-data')).toEqual(new Omitted('corrupt', 4))
  })
})

describe('other bodies', () => {
  it.each(['text/plain', 'text/html; charset=utf-8', 'application/xml', 'image/svg+xml'])(
    '%s is type and length only',
    (type) => {
      expect(body(`hello ${SECRET}`, type)).toEqual(new Omitted('text', 20))
    },
  )

  it('binary ones are length only, and so is what merely looks binary', () => {
    expect(body(SECRET, 'image/png')).toEqual(new Special('Buffer', { length: 14, hex: '' }))
    expect(body(`\u0001${SECRET}`, 'none')).toEqual(new Special('Buffer', { length: 15, hex: '' }))
    expect(body('plain words', 'none')).toEqual(new Omitted('text', 11))
  })

  it('text is kept on request, with shapes masked and without a word that the end cuts', () => {
    const fixture = new Fixture({ redaction: { text: 'keep' } })
    const bytes = Buffer.from(`see password=${SECRET} and sk_li`)
    const decoded = fixture.text({ bytes, contentType: 'text/plain', complete: false })
    expect(decoded).toBe('see password=[redacted] and \u2026')
  })
})
