import { allocateRows, KINDS, type Rows } from '@cinescope/protocol'
import { describe, expect, it } from 'vitest'
import { type CarriedState, StateCarrier } from '../../src/store/carried-state.ts'
import { Fixture } from '../value/fixture.ts'
import { patchDocument } from '../value/patch-document.ts'

const ENTITY = 5

/** A row for each document: a patch of the state before it, a whole state, or a patch that was lost. */
function carry(documents: readonly (Uint8Array | undefined)[], known?: CarriedState): CarriedState | undefined {
  const rows: Rows = allocateRows(documents.length)
  rows.length = documents.length
  documents.forEach((document, row) => {
    const isWhole = row === 0 && known === undefined
    rows.seq[row] = 10 + row + (known?.seq ?? 0)
    rows.subject[row] = ENTITY
    rows.word[row] = isWhole ? KINDS['state.snapshot'] : KINDS['state.patch']
    rows.number[row] = isWhole ? 0 : (known?.whole ?? 10)
    rows.valueIn[row] = document?.length ?? 0
  })
  const carrier = new StateCarrier(() => known)
  carrier.take(0, rows, (row) => documents[row])
  return carrier.changes.get(ENTITY)
}

/** A patch that goes on from another whole state than the one carried. */
function carryAfter(known: CarriedState, whole: number): CarriedState | undefined {
  const rows: Rows = allocateRows(1)
  rows.length = 1
  rows.subject[0] = ENTITY
  rows.word[0] = KINDS['state.patch']
  rows.number[0] = whole
  const carrier = new StateCarrier(() => known)
  carrier.take(0, rows, () => undefined)
  return carrier.changes.get(ENTITY)
}

describe('a state that is carried over', () => {
  const fixture = new Fixture()
  const [first, second, third, fourth] = [1, 2, 3, 4].map((n) =>
    fixture.encode({ n, long: 'a text that is long enough' }),
  ) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array]
  const patches = [patchDocument(first, second, 1), patchDocument(second, third, 2), patchDocument(third, fourth, 3)]

  it('is the whole one with the patches behind it, over several steps', () => {
    const once = carry([first, ...patches])
    expect(once).toMatchObject({ whole: 10, place: 3, lost: 0, seq: 13 })
    expect(once?.value).toEqual(fourth)
    const twice = carry([patches[1], patches[2]], carry([first, patches[0]]))
    expect(twice).toMatchObject({ whole: 10, place: 3, lost: 0 })
    expect(twice?.value).toEqual(fourth)
  })

  it('counts the patches that are missing, and those that were lost', () => {
    expect(carry([first, patches[1]])).toMatchObject({ place: 2, lost: 1 })
    expect(carry([first, undefined, patches[1]])).toMatchObject({ place: 2, lost: 1 })
    expect(carry([first, patches[0], undefined])).toMatchObject({ place: 2, lost: 1 })
    expect(carry([first, patches[0], Uint8Array.of(1, 2)])).toMatchObject({ place: 2, lost: 1 })
  })

  it('is lost where the whole one is', () => {
    expect(carry([undefined, patches[0]])).toMatchObject({ value: undefined })
    const other = { ...carry([first])!, whole: 3 }
    expect(carry([patches[0]], other)).toMatchObject({ whole: 3, place: 1 })
    expect(carryAfter(other, 10)).toMatchObject({ value: undefined })
  })
})
