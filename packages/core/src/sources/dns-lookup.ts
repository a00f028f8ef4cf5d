/** Names that a film waits for to be resolved. Node publishes nothing of them, so the functions of node:dns are stood in for. */

import dns from 'node:dns'
import { syncBuiltinESMExports } from 'node:module'
import { FLAG, KINDS } from '@cinescope/protocol'
import type { Probe } from '../capture/probe.ts'
import type { Span } from '../capture/span.ts'
import { Attributes } from '../value/attributes.ts'
import { guarded, ownerOf } from './owner.ts'
import { type Replacement, standInFor } from './replace.ts'
import type { Source } from './source.ts'

const FUNCTIONS = [
  'lookup',
  'resolve',
  'resolve4',
  'resolve6',
  'resolveCname',
  'resolveMx',
  'resolveNs',
  'resolveSrv',
  'resolveTxt',
  'reverse',
] as const
const QUESTION = ['dns.question.name'] as const
const ANSWER = ['dns.answers'] as const

type Run = (this: unknown, ...args: unknown[]) => unknown

/** See the file's first line. */
export const dnsLookup: Source = {
  name: 'dns',
  target: () => dns,
  install(users) {
    const resolving = [
      standInFor(dns, FUNCTIONS, (name, original) => withCallback(users, name, original)),
      standInFor(dns.promises, FUNCTIONS, (name, original) => withPromise(users, name, original)),
    ]
    const renewing = (_: string, original: Run): Run => thenRenewed(original, resolving)
    const setting = [dns, dns.promises].map((holder) => standInFor(holder, ['setServers'], renewing))
    // ES modules see none of it otherwise; it tells them what others have replaced too, and cannot be had for one module alone
    syncBuiltinESMExports()
    return () => {
      if ([...resolving, ...setting].filter((each) => each.restore()).length > 0) syncBuiltinESMExports()
    }
  },
}

/** With other servers Node binds the functions that resolve anew, and so takes ours off. */
function thenRenewed(original: Run, resolving: readonly Replacement[]): Run {
  return function (this: unknown, ...args: unknown[]): unknown {
    const result = Reflect.apply(original, this, args)
    for (const each of resolving) each.renew()
    return result
  }
}

function withCallback(users: ReadonlySet<Probe>, name: string, original: Run): Run {
  return function (this: unknown, ...args: unknown[]): unknown {
    const last = args.length - 1
    const callback = args[last]
    const span = typeof callback === 'function' ? open(users, name, args[0]) : undefined
    if (span === undefined) return Reflect.apply(original, this, args)
    args[last] = function (this: unknown, ...outcome: unknown[]): unknown {
      settle(span, outcome[0] ?? undefined, outcome[1])
      return Reflect.apply(callback as Run, this, outcome)
    }
    return ask(span, original, this, args)
  }
}

function withPromise(users: ReadonlySet<Probe>, name: string, original: Run): Run {
  return function (this: unknown, ...args: unknown[]): unknown {
    const span = open(users, name, args[0])
    if (span === undefined) return Reflect.apply(original, this, args)
    return (ask(span, original, this, args) as Promise<unknown>).then(
      (answer) => {
        settle(span, undefined, answer)
        return answer
      },
      (error: unknown) => {
        settle(span, error, undefined)
        throw error
      },
    )
  }
}

/** Calls the function, which may refuse its arguments. */
function ask(span: Span, original: Run, self: unknown, args: unknown[]): unknown {
  try {
    return Reflect.apply(original, self, args)
  } catch (thrown) {
    settle(span, thrown, undefined)
    throw thrown
  }
}

/** Begins the span, if a film waits for the name. */
function open(users: ReadonlySet<Probe>, name: string, question: unknown): Span | undefined {
  const probe = ownerOf(users)
  const parent = probe?.current()
  if (probe === undefined || parent === undefined || typeof question !== 'string') return undefined
  let span: Span | undefined
  guarded(probe, 'a look-up of a name', () => {
    const site = probe.site({ name: `dns.${name}`, framework: 'node' })
    span = probe.open(KINDS.lookup, site, parent, new Attributes(QUESTION, [question]))
  })
  return span
}

function settle(span: Span, error: unknown, answer: unknown): void {
  guarded(span.probe, 'a look-up of a name', () => {
    if (error !== undefined) span.error(error)
    const result = answer === undefined ? undefined : new Attributes(ANSWER, [answer])
    span.end(0, FLAG.async | (error === undefined ? 0 : FLAG.error), result)
  })
}
