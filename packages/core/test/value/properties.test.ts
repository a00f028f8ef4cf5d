import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isCardNumber, maskCards } from '../../src/value/cards.ts'
import { createRedaction } from '../../src/value/redaction.ts'
import { scrubText } from '../../src/value/scrub.ts'
import { TOKENS } from '../../src/value/shapes.ts'
import { MAY_HOLD, suspicionOf } from '../../src/value/suspicion.ts'
import { redactUrl } from '../../src/value/url.ts'
import { Fixture, WIDE } from './fixture.ts'
import { SHAPES } from './secrets.ts'

const runs = { numRuns: 300 }
const redaction = createRedaction()
const secret = fc.constantFrom(...Object.values(SHAPES))
/** Passwords have no shape of their own: only the name gives them away. */
const password = fc.stringMatching(/^[a-z]{4}[A-Z0-9]{6}[a-z]{4}$/)
const sensitiveName = fc.constantFrom('password', 'apiKey', 'client_secret', 'Authorization', 'card[cvv]', 'user_pin')

/** Plain data whose keys and strings neither name nor look like secrets. */
const word = fc.string({ unit: 'binary', maxLength: 40 }).filter((text) => scrubText(text, redaction) === text)
const name = word.filter((text) => redaction.classify(text) === 0 && text !== 'value')
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(null, true, false, undefined),
    fc.double().filter((value) => !isCardNumber(value)),
    // one in ten numbers of 14 to 16 digits passes for a card
    fc.maxSafeInteger().filter((value) => !isCardNumber(value)),
    word.filter((text) => !redaction.announces(text)),
    fc.array(tie('tree'), { maxLength: 6 }),
    fc.dictionary(name, tie('tree'), { maxKeys: 6, noNullPrototype: true }),
  ),
}))

/** Puts `seed` somewhere into otherwise arbitrary data. */
function around(seed: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const wrap = (inner: unknown): fc.Arbitrary<unknown> =>
    fc.oneof(
      fc.tuple(tree, tree).map(([a, b]) => [a, inner, b]),
      fc.tuple(name, tree).map(([key, other]) => ({ other, [key]: inner })),
      fc.constant(new Map<unknown, unknown>([['k', inner]])),
      fc.constant(new Set([inner])),
      fc.constant(Object.assign(new Error('x'), { detail: inner })),
      fc.constant(new Error('x', { cause: inner })),
    )
  return seed.chain(wrap).chain(wrap)
}

describe('any value', () => {
  it('of plain data within limits comes back as it was', () => {
    const fixture = new Fixture({ limits: { ...WIDE, maxDepth: 32 } })
    fc.assert(
      fc.property(tree, (value) => {
        const decoded = fixture.roundTrip(value)
        if (!fixture.encoder.truncated) expect(normal(decoded)).toEqual(normal(value))
        return fixture.encoder.faults === 0
      }),
      runs,
    )
  })

  it('never throws, never leaves its budget and is always a whole document', () => {
    const anything = fc.anything({
      withBigInt: true,
      withBoxedValues: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
      withObjectString: true,
      withSet: true,
      withSparseArray: true,
      withTypedArray: true,
      withUnicodeString: true,
    })
    const limits = fc.record({
      maxDepth: fc.integer({ min: 1, max: 8 }),
      maxWidth: fc.integer({ min: 1, max: 20 }),
      maxStringLength: fc.integer({ min: 1, max: 50 }),
      maxBytes: fc.integer({ min: 64, max: 400 }),
    })
    fc.assert(
      fc.property(anything, limits, fc.integer({ min: 0, max: 3 }), (value, bounds, maxKeys) => {
        const fixture = new Fixture({ limits: bounds, maxKeys: maxKeys === 0 ? 100 : maxKeys })
        fixture.roundTrip(value)
        fixture.arguments([value, value])
        return fixture.encoder.faults === 0
      }),
      runs,
    )
  })

  it('holds no secret of a known shape, wherever it stands', () => {
    fc.assert(
      fc.property(
        secret.chain((text) =>
          fc.tuple(fc.constant(text), around(fc.constantFrom<unknown>(text, `a ${text} b`, { [text]: 1 }))),
        ),
        ([text, value]) => {
          const fixture = new Fixture()
          fixture.roundTrip(value)
          return !fixture.holds(text)
        },
      ),
      runs,
    )
  })

  it('holds nothing that stood under a sensitive name', () => {
    const seeded = fc.tuple(password, sensitiveName, fc.nat(3)).chain(([text, key, form]) => {
      const under: unknown = [{ [key]: text }, new Map([[key, [text]]]), [key, text], { name: key, value: text }][form]
      return fc.tuple(fc.constant(text), around(fc.constant(under)))
    })
    fc.assert(
      fc.property(seeded, ([text, value]) => {
        const fixture = new Fixture()
        fixture.roundTrip(value)
        return !fixture.holds(text)
      }),
      runs,
    )
  })
})

describe('any token', () => {
  const shapes = TOKENS.flatMap((shape) => shape.split(/\|(?![^(]*\))/))

  it.each(shapes)('of the shape %s is suspected and masked', (shape) => {
    const token = fc.stringMatching(new RegExp(`^(?:${shape})$`))
    fc.assert(
      fc.property(token, fc.constantFrom('', ' ', 'x=', '_', '(', '.', '-'), (text, before) => {
        expect(suspicionOf(before + text) & MAY_HOLD.shape, before + text).not.toBe(0)
        expect(scrubText(before + text, redaction)).not.toContain(text)
      }),
      { numRuns: 100 },
    )
  })
})

describe('any JSON', () => {
  /** Members of which one tells what the other is are read in another way. */
  const paired = fc.constantFrom('name', 'key', 'value', 'data')
  /** What JSON can say, with keys and strings of any characters. */
  const { json } = fc.letrec<{ json: unknown }>((tie) => ({
    json: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom(null, true, false, 0, 7, -7, 12, 999_999_999, 1_000_000_000, -1_000_000_001),
      fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !beginsAsCard(value)),
      word.filter((text) => !redaction.announces(text)),
      fc.array(tie('json'), { maxLength: 6 }),
      fc.dictionary(fc.oneof(name, paired), tie('json'), { maxKeys: 6, noNullPrototype: true }),
    ),
  }))
  const indent = fc.constantFrom(undefined, 1, '\t')

  it('becomes what JSON.parse would give, as bytes and as text, and again when its keys are known', () => {
    const fixture = new Fixture({ limits: { ...WIDE, maxDepth: 32 } })
    fc.assert(
      fc.property(json, indent, fc.boolean(), (value, space, isEscaped) => {
        const whole = JSON.stringify(value, undefined, space)
        // oxlint-disable-next-line no-control-regex -- all that is not ASCII
        const text = isEscaped ? whole.replace(/[^\u0000-\u007f]/g, (unit) => escaped(unit)) : whole
        const bytes = Buffer.from(text)
        const expected = normal(JSON.parse(bytes.toString()))
        for (const source of [{ bytes }, { bytes, text }, { bytes: Buffer.concat([BOM, bytes]) }]) {
          const decoded = fixture.text(source)
          if (!fixture.encoder.truncated) expect(normal(decoded)).toEqual(expected)
        }
        return fixture.encoder.faults === 0
      }),
      runs,
    )
  })

  it('has decimals that are the nearest number, however they are written', () => {
    const digits = fc.stringMatching(/^\d{1,17}$/)
    const fixture = new Fixture()
    fc.assert(
      fc.property(fc.nat(10 ** 12), digits, fc.constantFrom('', '-'), (whole, fraction, sign) => {
        const text = `[${sign}${whole}.${fraction}]`
        expect(fixture.text({ bytes: Buffer.from(text) })).toEqual(JSON.parse(text))
      }),
      runs,
    )
  })

  it('cut or damaged at any byte never throws and keeps its budget', () => {
    const fixture = new Fixture({ limits: { maxBytes: 256 } })
    fc.assert(
      fc.property(json, fc.nat(), fc.nat(255), fc.boolean(), (value, place, byte, complete) => {
        const bytes = Buffer.from(JSON.stringify(value))
        const at = place % bytes.length
        fixture.text({ bytes: bytes.subarray(0, at), complete, totalLength: bytes.length })
        bytes[at] = byte
        fixture.text({ bytes, complete })
        return fixture.encoder.faults === 0
      }),
      runs,
    )
  })
})

describe('any text', () => {
  it('of a JSON body cut at any byte holds no secret', () => {
    const document = fc.tuple(password, secret, sensitiveName, tree).map(([text, shape, key, other]) => ({
      text,
      shape,
      json: JSON.stringify({
        other,
        [key]: text,
        deep: [{ [key]: { x: [text, shape] } }, shape],
        name: key,
        value: text,
      }),
    }))
    fc.assert(
      fc.property(document, ({ text, shape, json }) => {
        const bytes = Buffer.from(json)
        const fixture = new Fixture({ limits: WIDE })
        for (let length = 0; length <= bytes.length; length++) {
          fixture.text({
            bytes: bytes.subarray(0, length),
            totalLength: bytes.length,
            complete: length === bytes.length,
          })
          if (fixture.holds(text.slice(0, 8)) || fixture.holds(shape.slice(0, 14))) return false
        }
        return fixture.encoder.faults === 0
      }),
      { numRuns: 15 },
    )
  })

  it('of a form, query or URL cut at any byte holds no secret', () => {
    fc.assert(
      fc.property(password, secret, sensitiveName, word, (text, shape, key, other) => {
        const query = new URLSearchParams([
          ['a', other],
          [key, text],
          ['b', shape],
          ['c', `${key}=${text}`],
        ]).toString()
        const fixture = new Fixture({ limits: WIDE })
        for (let length = 0; length <= query.length; length++) {
          const bytes = Buffer.from(query.slice(0, length))
          fixture.text({ bytes, complete: length === query.length, contentType: 'application/x-www-form-urlencoded' })
          if (fixture.holds(text.slice(0, 8)) || fixture.holds(shape.slice(0, 14))) return false
        }
        const url = redactUrl(`https://u:${text}@h/x?${query}#${query}`, redaction)
        return !url.includes(text) && !url.includes(encodeURIComponent(shape))
      }),
      { numRuns: 15 },
    )
  })

  it('of a multipart body cut at any byte holds no secret', () => {
    fc.assert(
      fc.property(password, secret, sensitiveName, (text, shape, key) => {
        const part = (field: string, content: string): string =>
          `--b\r\nContent-Disposition: form-data; name="${field}"\r\n\r\n${content}\r\n`
        const bytes = Buffer.from(
          `${part('a', 'x')}${part(key, text)}${part('b', shape)}${part('c', `${key}: ${text}`)}--b--`,
        )
        const fixture = new Fixture({ limits: WIDE })
        for (let length = 0; length <= bytes.length; length++) {
          const complete = length === bytes.length
          fixture.text({ bytes: bytes.subarray(0, length), complete, contentType: 'multipart/form-data; boundary=b' })
          if (fixture.holds(text.slice(0, 8)) || fixture.holds(shape.slice(0, 14))) return false
        }
        return fixture.encoder.faults === 0
      }),
      { numRuns: 15 },
    )
  })

  it('in an error message, stack or log line holds no secret', () => {
    const line = fc.tuple(word, secret, fc.constantFrom(' ', '\n', '"', "'", '(', ',', '=')).map(([a, shape, by]) => ({
      shape,
      text: `${a}${by}${shape}${by === '(' ? ')' : by} end`,
    }))
    fc.assert(
      fc.property(line, ({ shape, text }) => {
        const fixture = new Fixture()
        fixture.roundTrip(new Error(text, { cause: new Error(text) }))
        return !fixture.holds(shape) && !scrubText(text, redaction).includes(shape)
      }),
      runs,
    )
  })

  it('scrubbed twice is as scrubbed once', () => {
    const piece = fc.oneof(
      word,
      secret,
      fc.constantFrom('password', '=', ': ', '"', "'", '{', '}', '[', ']', '\\', ' ', '://', '@', '</'),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const once = scrubText(pieces.join(''), redaction)
        expect(scrubText(once, redaction)).toBe(once)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('any bytes', () => {
  it('as a body of any type are encoded without a fault', () => {
    const types = [
      'application/json',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=b',
      'text/plain',
      undefined,
    ]
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc
        .array(fc.constantFrom('{', '}', '[', ']', '"', ':', ',', '1', '\\', '--b', '\r\n', '&', '=', '%', 'a'), {
          maxLength: 60,
        })
        .map((parts) => new Uint8Array(Buffer.from(parts.join('')))),
    )
    fc.assert(
      fc.property(bytes, fc.constantFrom(...types), fc.boolean(), (content, contentType, complete) => {
        const fixture = new Fixture({ limits: { maxBytes: 128 }, redaction: { text: 'keep' } })
        fixture.text({ bytes: content, contentType, complete })
        return fixture.encoder.faults === 0
      }),
      { numRuns: 1000 },
    )
  })
})

/** The digits before a point or exponent are taken for a card. */
function beginsAsCard(value: number): boolean {
  const whole = JSON.stringify(value).split(/[.eE]/, 1)[0] ?? ''
  return maskCards(whole) !== whole
}

/** Objects without prototypes, as the decoder makes them. */
const BOM = Buffer.from([0xef, 0xbb, 0xbf])

function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}

function normal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normal)
  if (typeof value !== 'object' || value === null) return value
  const copy = Object.create(null) as Record<string, unknown>
  for (const [key, each] of Object.entries(value)) copy[key] = normal(each)
  return copy
}
