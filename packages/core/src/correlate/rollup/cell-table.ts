/** Finds the cell of a row by kind, site and film, and adds one where there is none. */

import { FLAG } from '@cinescope/protocol'

/** What of a row's word tells its cell: its kind, and whether it failed. */
export const CELL_BITS: number = 0x3f | FLAG.error

const FIRST_SLOTS = 1024

/** Open addressing over arrays that grow. Cells are numbered in the order in which they come up. */
export class CellTable {
  length = 0
  word: Uint32Array<ArrayBuffer> = new Uint32Array(FIRST_SLOTS / 2)
  site: Uint32Array<ArrayBuffer> = new Uint32Array(FIRST_SLOTS / 2)
  film: Uint32Array<ArrayBuffer> = new Uint32Array(FIRST_SLOTS / 2)
  /** By hash: the cell's number and 1; 0 where there is none. */
  #slots = new Uint32Array(FIRST_SLOTS)

  /** The number of the cell. */
  of(word: number, site: number, film: number): number {
    const mask = this.#slots.length - 1
    let slot = hashOf(word, site, film) & mask
    for (;;) {
      // the mask keeps it within the slots, of which half are empty
      const cell = this.#slots[slot]! - 1
      if (cell < 0) return this.#add(slot, word, site, film)
      if (this.word[cell] === word && this.site[cell] === site && this.film[cell] === film) return cell
      slot = (slot + 1) & mask
    }
  }

  clear(): void {
    this.length = 0
    this.#slots.fill(0)
  }

  #add(slot: number, word: number, site: number, film: number): number {
    const cell = this.length++
    this.word[cell] = word
    this.site[cell] = site
    this.film[cell] = film
    this.#slots[slot] = this.length
    if (this.length === this.word.length) this.#grow()
    return cell
  }

  #grow(): void {
    this.word = grown(this.word)
    this.site = grown(this.site)
    this.film = grown(this.film)
    const slots = new Uint32Array(this.#slots.length * 2)
    const mask = slots.length - 1
    for (let cell = 0; cell < this.length; cell++) {
      let slot = hashOf(this.word[cell]!, this.site[cell]!, this.film[cell]!) & mask
      while (slots[slot] !== 0) slot = (slot + 1) & mask
      slots[slot] = cell + 1
    }
    this.#slots = slots
  }
}

function grown(array: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(array.length * 2)
  larger.set(array)
  return larger
}

function hashOf(word: number, site: number, film: number): number {
  const mixed = Math.imul(site ^ Math.imul(film, 0x9e3779b1), 0x85ebca77) ^ Math.imul(word, 0xc2b2ae3d)
  return (mixed ^ (mixed >>> 15)) >>> 0
}
