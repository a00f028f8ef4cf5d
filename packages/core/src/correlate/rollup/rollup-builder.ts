/** Makes the roll-up of a segment when it is sealed. */

import {
  allocateRows,
  encodeRollup,
  endsFilm,
  type RollupCells,
  type Rows,
  standsAlone,
  UNSETTLED_FILM,
} from '@cinescope/protocol'
import { CellFigures } from './cell-figures.ts'
import { CELL_BITS, CellTable } from './cell-table.ts'
import { FilmClasses } from './film-classes.ts'
import { inOrder } from './in-order.ts'
import { isLate, type OwnPart } from '../own-part.ts'

/** Rows whose film had not ended are kept one by one up to this part of all. */
const MOST_UNSETTLED = 0.25

/** Bins of durations are those of ms. */
const MS = 1e6

/** Room is made for as many rows at least. */
const LEAST_ROOM = 1024

/** See above. One for all rings of a writer: it holds nothing between two segments but room for the largest there was. */
export class RollupBuilder {
  readonly #table = new CellTable()
  readonly #films = new FilmClasses()
  #room = 0
  #count = new Float64Array(0)
  #first = new Float64Array(0)
  #last = new Float64Array(0)
  #zeros = new Float64Array(0)
  #duration = new CellFigures(0, MS)
  #number = new CellFigures(0, 1)
  #rest: Rows = allocateRows(0)

  /** The roll-up's bytes; undefined if they are more than `maxBytes`, and reading the rows would hardly cost more. */
  build(rows: Rows, { since, base }: OwnPart, thread: number, maxBytes: number): Uint8Array | undefined {
    this.#makeRoom(rows.length)
    this.#films.reset(rows, base)
    const hasUnsettled = this.#addAll(rows, since)
    const films = this.#films.films()
    const cells = this.#take()
    const [timeLow, timeHigh] = [least(cells.first), most(cells.last)]
    const bytes = encodeRollup({ timeLow, timeHigh, films, hasUnsettled, cells, rest: this.#rest }, thread)
    return bytes.length > maxBytes ? undefined : bytes
  }

  /** For so many rows, and as many cells. */
  #makeRoom(rows: number): void {
    if (rows <= this.#room) return
    this.#room = Math.max(rows, LEAST_ROOM)
    this.#count = new Float64Array(this.#room)
    this.#first = new Float64Array(this.#room)
    this.#last = new Float64Array(this.#room)
    this.#zeros = new Float64Array(this.#room)
    this.#duration = new CellFigures(this.#room, MS)
    this.#number = new CellFigures(this.#room, 1)
    this.#rest = allocateRows(this.#room)
  }

  /** False if rows whose film had not ended were too many to be kept. */
  #addAll(rows: Rows, since: number): boolean {
    this.#rest.length = 0
    let room = rows.length * MOST_UNSETTLED
    for (let row = 0; row < rows.length; row++) {
      if (standsAlone(rows, row, since)) {
        this.#keep(rows, row)
        continue
      }
      const film = this.#films.of(rows.root[row]!)
      this.#add(rows, row, film)
      if (film === UNSETTLED_FILM) room--
      if (film === UNSETTLED_FILM ? room >= 0 : isLate(rows.word[row]!) && endsFilm(rows, row)) this.#keep(rows, row)
    }
    return room >= 0
  }

  #add(rows: Rows, row: number, film: number): void {
    const cell = this.#table.of(rows.word[row]! & CELL_BITS, rows.site[row]!, film)
    const time = rows.time[row]!
    const count = this.#count[cell]!
    this.#count[cell] = count + 1
    if (count === 0 || time < this.#first[cell]!) this.#first[cell] = time
    if (count === 0 || time > this.#last[cell]!) this.#last[cell] = time
    const duration = rows.duration[row]!
    if (duration >= 0) this.#duration.add(cell, duration)
    const number = rows.number[row]!
    if (number === 0) this.#zeros[cell] = this.#zeros[cell]! + 1
    else this.#number.add(cell, number)
  }

  #keep(rows: Rows, row: number): void {
    const rest = this.#rest
    const to = rest.length++
    // both are below the capacity
    rest.seq[to] = rows.seq[row]!
    rest.time[to] = rows.time[row]!
    rest.duration[to] = rows.duration[row]!
    rest.word[to] = rows.word[row]!
    rest.site[to] = rows.site[row]!
    rest.root[to] = rows.root[row]!
    rest.number[to] = rows.number[row]!
  }

  /** The cells by film, site and kind, so that what follows each other is alike; then it starts over. */
  #take(): RollupCells {
    const { word, site, film, length } = this.#table
    const order = new Uint32Array(length)
    for (let cell = 0; cell < length; cell++) order[cell] = cell
    order.sort((a, b) => film[a]! - film[b]! || site[a]! - site[b]! || word[a]! - word[b]!)
    for (let cell = 0; cell < length; cell++) this.#number.addZeros(cell, this.#zeros[cell]!)
    const ranks = new Uint32Array(length)
    for (let rank = 0; rank < length; rank++) ranks[order[rank]!] = rank
    const cells = {
      length,
      word: inOrder(word, order),
      site: inOrder(site, order),
      film: inOrder(film, order),
      count: inOrder(this.#count, order),
      first: inOrder(this.#first, order),
      last: inOrder(this.#last, order),
      duration: this.#duration.take(order, ranks),
      number: this.#number.take(order, ranks),
    }
    this.#count.fill(0, 0, length)
    this.#zeros.fill(0, 0, length)
    this.#table.clear()
    return cells
  }
}

function least(values: Float64Array): number {
  let low = Infinity
  for (const value of values) if (value < low) low = value
  return low
}

function most(values: Float64Array): number {
  let high = -Infinity
  for (const value of values) if (value > high) high = value
  return high
}
