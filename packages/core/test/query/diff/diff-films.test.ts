import type { FilmDiff, FilmId } from '@cinescope/protocol'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OpenRecording } from '../../../src/recording/recording.ts'
import type { Scope } from '../../../src/scope/running-scope.ts'
import { createScope } from '../../../src/scope.ts'
import { temporaryDirectory } from '../../store/directory.ts'

/** What a film does: spans within spans, each with a log line about a number. */
interface Plan {
  readonly name: string
  readonly says: number
  readonly fails?: boolean
  readonly inside: readonly Plan[]
}

const plan = plansOf(4)

function plansOf(levels: number): fc.Arbitrary<Plan> {
  const inside = levels === 1 ? fc.constant([]) : fc.array(plansOf(levels - 1), { maxLength: 4 })
  return fc.record({ name: fc.constantFrom('a', 'b', 'c'), says: fc.nat({ max: 2 }), inside })
}

const leaf = (name: string, says = 0): Plan => ({ name, says, inside: [] })

function paths(of: Plan, to: readonly number[] = []): (readonly number[])[] {
  return [to, ...of.inside.flatMap((each, i) => paths(each, [...to, i]))]
}

/** The plan with what is at a path changed, or taken away. */
function edited(of: Plan, [first, ...rest]: readonly number[], edit: (plan: Plan) => Plan | undefined): Plan {
  if (first === undefined) return edit(of) ?? of
  const inside = of.inside.flatMap((each, i) =>
    i !== first ? [each] : rest.length > 0 ? [edited(each, rest, edit)] : (edit(each) ?? []),
  )
  return { ...of, inside }
}

function at(of: Plan, path: readonly number[]): Plan {
  return path.reduce((each, i) => each.inside[i]!, of)
}

/** A span and its log line. */
const eventsIn = (of: Plan): number => paths(of).length * 2

describe('a diff of two films', () => {
  const directory = temporaryDirectory()
  let scope: Scope
  let recording: OpenRecording
  beforeAll(async () => {
    scope = await createScope({ directory: directory.path, sources: false, handleSignals: false })
    recording = scope.recording()
  })
  afterAll(async () => {
    await recording.close()
    await scope.stop()
    directory[Symbol.dispose]()
  })

  function act({ name, says, fails, inside }: Plan): void {
    scope.span(name, () => {
      scope.log('says', { says, list: [1, { deep: says }] })
      for (const each of inside) {
        try {
          act(each)
        } catch {
          // the parent goes on
        }
      }
      if (fails === true) throw new Error('failed')
    })
  }

  async function record(...plans: readonly Plan[]): Promise<FilmId[]> {
    for (const each of plans) {
      try {
        act(each)
      } catch {
        // a film may fail
      }
    }
    await scope.flush()
    const { items } = await recording.films({ order: '-time', limit: plans.length })
    return items.map(({ id }) => id).reverse()
  }

  async function diff(a: Plan, b: Plan): Promise<FilmDiff> {
    const [idA, idB] = await record(a, b)
    return recording.diffFilms(idA!, idB!)
  }

  it('that did the same is empty, whatever they did', async () => {
    await fc.assert(
      fc.asyncProperty(plan, async (same) => {
        const found = await diff(same, same)
        expect(found.divergences).toEqual([])
        expect(found).toMatchObject({ same: eventsIn(same), changed: 0, onlyInA: 0, onlyInB: 0, truncated: false })
      }),
      { numRuns: 30 },
    )
  })

  it('of two that have too little in common to be aligned closely says that it is not all', async () => {
    const wide = (names: readonly [string, string]): Plan => {
      const inside = Array.from({ length: 1200 }, (_, i): Plan => leaf(names[i % 2]!, i % 3))
      return { name: 'root', says: 0, inside }
    }
    const [a, b] = await record(wide(['a', 'b']), wide(['c', 'd']))
    const found = await recording.diffFilms(a!, b!, { limit: 10_000 })
    expect(found).toMatchObject({ same: 2, onlyInA: 2400, onlyInB: 2400, truncated: true })
    expect((await diff(wide(['a', 'b']), wide(['a', 'b']))).truncated).toBe(false)
  })

  it('does not tell which film it is as a difference', async () => {
    for (const trace of ['00-1', '00-2'])
      scope.span('traced', () => scope.log('asked', { headers: { traceparent: trace }, 'cinescope.trace.id': trace }))
    await scope.flush()
    const { items } = await recording.films({ where: { name: 'traced' } })
    const [a, b] = items.map(({ id }) => id)
    expect(await recording.diffFilms(a!, b!)).toMatchObject({ same: 2, changed: 0, divergences: [] })
  })

  it('finds the one span that is missing in one of them, and nothing else', async () => {
    const cases = plan
      .filter((each) => each.inside.length > 0)
      .chain((each) => {
        const inner = paths(each).slice(1)
        return fc.tuple(fc.constant(each), fc.constantFrom(...inner))
      })
    await fc.assert(
      fc.asyncProperty(cases, async ([whole, path]) => {
        const less = edited(whole, path, () => undefined)
        const missing = at(whole, path)
        const there = await diff(whole, less)
        expect(there).toMatchObject({ changed: 0, onlyInA: eventsIn(missing), onlyInB: 0, same: eventsIn(less) })
        expect(there.divergences).toMatchObject([
          { kind: 'only', film: 'a', event: { name: missing.name, depth: path.length }, events: eventsIn(missing) },
        ])
        const back = await recording.diffFilms(there.b.id, there.a.id)
        expect(back).toMatchObject({ changed: 0, onlyInA: 0, onlyInB: eventsIn(missing), same: eventsIn(less) })
      }),
      { numRuns: 30 },
    )
  })

  it('finds the one value that changed, by its path, and nothing if values are left out', async () => {
    const cases = plan.chain((each) => fc.tuple(fc.constant(each), fc.constantFrom(...paths(each))))
    await fc.assert(
      fc.asyncProperty(cases, async ([whole, path]) => {
        const { says } = at(whole, path)
        const other = edited(whole, path, (each) => ({ ...each, says: 7 }))
        const found = await diff(whole, other)
        expect(found).toMatchObject({ changed: 1, onlyInA: 0, onlyInB: 0, same: eventsIn(whole) - 1, uncompared: 0 })
        const [first] = found.divergences
        expect(first).toMatchObject({ kind: 'changed', phase: 'begin', a: { kind: 'log' }, b: { kind: 'log' } })
        expect(first?.kind === 'changed' && first.changes).toEqual([
          { path: 'value.says', a: says, b: 7 },
          { path: 'value.list.1.deep', a: says, b: 7 },
        ])
        const bare = await recording.diffFilms(found.a.id, found.b.id, { values: false })
        expect(bare).toMatchObject({ divergences: [], same: eventsIn(whole), changed: 0 })
      }),
      { numRuns: 30 },
    )
  })

  it('names what happened first first, and what it led to after it', async () => {
    const well = { ...leaf('request'), inside: [leaf('load'), leaf('charge'), leaf('mail')] }
    const ill = { ...well, fails: true, inside: [leaf('load'), { ...leaf('charge'), fails: true }] }
    const { divergences } = await diff(well, ill)
    const told = divergences.map((each) =>
      each.kind === 'only'
        ? `only ${each.film}: ${each.event.kind} ${each.event.name}`
        : `${each.phase} ${each.a.name}: ${each.changes.map(({ path }) => path).join()}`,
    )
    expect(told).toEqual([
      'only b: error charge',
      'end charge: error',
      'only a: span mail',
      'only b: error request',
      'end request: error',
    ])
  })

  it('sets the roots against each other though they have different names', async () => {
    const found = await diff(leaf('one'), leaf('two'))
    expect(found).toMatchObject({ same: 1, changed: 1, onlyInA: 0, onlyInB: 0 })
    expect(found.divergences[0]).toMatchObject({ phase: 'begin', changes: [{ path: 'name', a: 'one', b: 'two' }] })
  })

  it('counts all divergences and lists as many as were asked for', async () => {
    const found = await diff(leaf('a'), { ...leaf('a'), inside: [leaf('b'), leaf('c'), leaf('d')] })
    const [idA, idB] = [found.a.id, found.b.id]
    expect(found).toMatchObject({ onlyInB: 6, truncated: false, divergences: { length: 3 } })
    expect(await recording.diffFilms(idA, idB, { limit: 3 })).toMatchObject({ truncated: false })
    expect(await recording.diffFilms(idA, idB, { limit: 2 })).toMatchObject({
      onlyInB: 6,
      truncated: true,
      divergences: { length: 2 },
    })
    await expect(recording.diffFilms(idA, idB, { limit: 0 })).rejects.toMatchObject({ code: 'CSC_ERR_QUERY' })
    await expect(recording.diffFilms(idA, '0123456789abcdef')).rejects.toMatchObject({ code: 'CSC_ERR_NOT_FOUND' })
  })
})
