/** What an event says of itself in a list, by its kind. */

import { type CinescopeEvent, sitePlace, Special } from '@cinescope/protocol'
import { errorChain, shortPlace } from './error-text.ts'
import { count, duration } from './units.ts'
import { inline } from './value-text.ts'

/** The event in one phrase: a span's name, a log's message, an error's first line, what was lost in a gap. */
export function eventLabel(event: CinescopeEvent): string {
  const { kind, name, value, subject, number } = event
  switch (kind) {
    case 'error':
      return errorChain(value)[0]?.message ?? name
    case 'log':
      return value === undefined ? name : (saidByLog(value) ?? inline(value, 200))
    case 'attribute':
      // one that an adapter records has a name of its own: http.request.body
      return event.site === undefined && value !== undefined ? pairs(value) : name
    case 'gap':
      return gapLabel(event)
    case 'control':
      return changeLabel(event) ?? budgetLabel(event) ?? name
    case 'edge':
      return edgeLabel(event)
    case 'state.snapshot':
    case 'state.patch':
    case 'entity.born':
    case 'entity.died':
      return subject === undefined ? name : `${subject.kind} ${subject.id}`
    case 'router':
      // its kind is shown beside it
      return name.replace(/^router (?=.)/, '')
    case 'metric':
      return name === 'cinescope.eventloop.blocked'
        ? `the event loop was blocked for ${duration(number * 1e6)}`
        : `${name} = ${Number(number.toPrecision(6))}`
    default:
      return name
  }
}

/** Where in the source the event comes from. */
export function eventPlace({ site }: CinescopeEvent): string | undefined {
  const place = site === undefined ? undefined : sitePlace(site)
  return place === undefined ? undefined : shortPlace(place)
}

/** Values of an event on one line, `in → out`. Kinds whose label tells their value do not repeat it. */
export function eventValues(event: CinescopeEvent): string {
  const { kind, site, value, result } = event
  if (kind === 'control' && changeLabel(event) !== undefined) return ''
  if (kind === 'control' && budgetLabel(event) !== undefined) return inline(withoutAction(value), 400)
  if ((kind === 'attribute' && site === undefined) || kind === 'gap' || kind === 'error') return ''
  if (kind === 'log' && saidByLog(value) === undefined) return ''
  const [given, got] = [value, result].map((each) => (each === undefined ? '' : inline(each, 400)))
  return got === '' ? given! : `${given} → ${got}`
}

/** Its message, or that of the error which is all that it was given. */
function saidByLog(value: unknown): string | undefined {
  const given = (value as { readonly arguments?: unknown } | undefined)?.arguments
  const [first]: unknown[] = Array.isArray(given) ? given : []
  const thrown = first instanceof Special && 'message' in first.members ? errorChain(first)[0]?.message : undefined
  return member(value, 'message') ?? thrown
}

/** An option that has changed at run time, and by whom; undefined for other events. */
function changeLabel({ site, value }: CinescopeEvent): string | undefined {
  if (site?.framework !== 'cinescope' || site.name !== 'settings') return undefined
  const [key, from, to, by] = ['key', 'from', 'to', 'by'].map((name) => member(value, name))
  return key === undefined ? undefined : `${key} ${from} → ${to}, by ${by}`
}

/** What the budget makes be left out, and where; undefined for other events. */
function budgetLabel({ name, value }: CinescopeEvent): string | undefined {
  const action = member(value, 'action')
  if (action === undefined || member(value, 'films.share') === undefined) return undefined
  return name === 'budget' ? action : `${name}: ${action}`
}

function withoutAction(value: unknown): unknown {
  return Object.fromEntries(Object.entries(value as object).filter(([key]) => key !== 'action'))
}

function gapLabel(event: CinescopeEvent): string {
  const why = member(event.value, 'reason')
  if (why === 'interrupted') return 'the recording breaks off: its writer is gone without having closed it'
  return `${count(event.number)} events lost${why === undefined ? '' : ` (${REASONS[why] ?? why})`}`
}

const REASONS: Readonly<Record<string, string>> = {
  full: 'the ring was full',
  overwritten: 'the ring lapped its reader',
  corrupt: 'unreadable',
  pruned: 'removed by retention before they were read',
}

/** What caused the film: of this process, or of one that another recording may hold. */
function edgeLabel({ value }: CinescopeEvent): string {
  const parent = member(value, 'cinescope.remote.parent')
  return parent === undefined ? inline(value, 200) : `caused by span ${parent}`
}

function pairs(value: unknown): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return inline(value, 200)
  return Object.entries(value)
    .map(([key, each]) => `${key} = ${inline(each, 200)}`)
    .join(', ')
}

/** A member of a value as text; undefined when it has none of that name. */
export function member(value: unknown, key: string): string | undefined {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
  const found = (value as Record<string, unknown>)[key]
  return typeof found === 'string' ? found : inline(found, 500)
}
