/** The conditions of a filter that need values, and which texts the bytes of a match must have. */

import { CinescopeError, type EventFilter, type ValueTest } from '@cinescope/protocol'
import { type Needle, needleOf } from '../store/read/needle.ts'
import type { StoreView } from '../store/event-store.ts'
import { attributesMatch } from './attributes.ts'
import { holdsText, mayBeWritten } from './text/holds-text.ts'
import { compileValueTests } from './value-tests.ts'

/** See above. */
export interface ValuePredicate {
  /** The bytes of every match have all of these: what lacks one need not be decoded. */
  readonly needles: readonly Needle[]
  passes(value: unknown, result: unknown, site: number): boolean
}

const MAX_TEXT = 1_000

/** Undefined when the filter asks nothing about values. @throws CSC_ERR_QUERY */
export function compileValues(where: EventFilter, view: StoreView): ValuePredicate | undefined {
  const { attributes, values, text } = where
  if (attributes === undefined && values === undefined && text === undefined) return undefined
  const wanted = Object.entries(attributes ?? {}).map(([path, value]) => [path, String(value)] as const)
  const test = values === undefined ? undefined : compileValueTests(values)
  const bodies = values === undefined ? new Set<number>() : bodySites(view)
  if (text !== undefined) checkText(text)
  return {
    needles: textsOf(values ?? [], text).map(needleOf),
    passes: (value, result, site) =>
      attributesMatch(wanted, value, result) &&
      (test === undefined || test(value, result, bodies.has(site))) &&
      (text === undefined || holdsText(value, text) || holdsText(result, text)),
  }
}

/** Strings are stored as they are; what only becomes text when it is read is not among these. */
function textsOf(values: readonly ValueTest[], text: string | undefined): string[] {
  const texts = values.flatMap((test) =>
    (test.op === '==' || test.op === 'contains') && typeof test.value === 'string' ? [test.value] : [],
  )
  if (text !== undefined) texts.push(text)
  return texts.filter((each) => each !== '' && !mayBeWritten(each))
}

/** Sites under which bodies are recorded, as the semantic conventions name them. */
function bodySites(view: StoreView): ReadonlySet<number> {
  const numbers = new Set<number>()
  for (const [number, { name }] of view.sites()) if (/^http\.(request|response)\.body$/.test(name)) numbers.add(number)
  return numbers
}

function checkText(text: unknown): void {
  if (typeof text === 'string' && text !== '' && text.length <= MAX_TEXT) return
  throw new CinescopeError('CSC_ERR_QUERY', `the text to search for must have 1 to ${MAX_TEXT} characters`)
}
