import { describe, expect, it } from 'vitest'
import { withoutAnnounced } from '../../src/value/printed-line.ts'
import { createRedaction } from '../../src/value/redaction.ts'

const HIDDEN = '[redacted]'
const PASSED = { passed: true }

function shown(...args: readonly unknown[]): readonly unknown[] {
  return withoutAnnounced(args, createRedaction())
}

describe('the arguments of a printed line', () => {
  it.each<[string, readonly unknown[], readonly unknown[]]>([
    ['a name', ['password', 'x'], ['password', HIDDEN]],
    ['a name and its sign', ['password:', 'x'], ['password:', HIDDEN]],
    ['a number', ['pin =', 1234], ['pin =', HIDDEN]],
    ['bytes', ['secret:', Buffer.from('x')], ['secret:', HIDDEN]],
    ['the end of a long text', [`${'so it goes '.repeat(20)}token: `, 'x'], [expect.any(String), HIDDEN]],
    ['a text that is no format', [{}, 'the access token:', 'x'], [{}, 'the access token:', HIDDEN]],
    ['the text behind the last directive', ['%s, password', 'ann', 'x'], ['%s, password', 'ann', HIDDEN]],
    ['a directive', ['password: %s', 'x'], ['password: %s', HIDDEN]],
    ['the directive it stands at', ['%s has token=%s', 'ann', 'x'], ['%s has token=%s', 'ann', HIDDEN]],
    ['a percent sign before', ['100%% of pwd=%s', 'x'], ['100%% of pwd=%s', HIDDEN]],
    ['a URL', ['postgres://ann:%s@host/db', 'x'], ['postgres://ann:%s@host/db', HIDDEN]],
    ['a parameter', ['GET /a?api_key=%s&page=%d', 'x', 2], ['GET /a?api_key=%s&page=%d', HIDDEN, 2]],
    ['a scheme', ['sent Bearer %s', 'x'], ['sent Bearer %s', HIDDEN]],
    ['JSON', ['{"password":"%s","page":"%s"}', 'x', 'y'], ['{"password":"%s","page":"%s"}', HIDDEN, 'y']],
    ['an argument that is a name', ['%s: %s', 'password', 'x'], ['%s: %s', 'password', HIDDEN]],
  ])('hides what is announced by %s', (_, args, expected) => {
    expect(shown(...args)).toEqual(expected)
  })

  it.each<[string, readonly unknown[]]>([
    ['an ordinary text', ['user', 'ann', 3]],
    ['an ordinary format', ['%s of %d', 'a', 2, 'more']],
    ['an object, whose members have names', ['password:', PASSED]],
    ['the others of a format that tells of passwords', ['%s has no password', 'ann']],
    ['what a name has nothing to do with', ['token count:', 5, true]],
    ['a number under a name that hides texts only', ['tokens: %d', 512, 'session count:', 3]],
    ['a text alone', ['password: %s']],
  ])('shows %s', (_, args) => {
    expect(shown(...args)).toEqual(args)
  })
})
