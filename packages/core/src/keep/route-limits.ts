/** By what ordinary films of one route are kept: those slower than most of late, and some of each minute. */

import { binOf, QuantileSketch } from '@cinescope/protocol'
import type { KeepSettings } from '../options/keep-settings.ts'

/** So few films tell nothing of the others. */
const MIN_FILMS = 100
/** After so many films, or so long, those before the ones before are forgotten. */
const TURN_FILMS = 4096
const TURN_NS = 300e9
/** So many films may end before the quantile is worked out again. */
const RECKON_EVERY = 128
const MINUTE_NS = 60e9

/** See the file's first line. Times in ns. */
export class RouteLimits {
  readonly #settings: Pick<KeepSettings, 'slowQuantile' | 'reservoir'>
  #current = new QuantileSketch()
  #before = new QuantileSketch()
  #since = 0
  /** A film in a later bin is slow. */
  #slowBin = Infinity
  /** The quantile by which that was worked out. */
  #quantile: number
  #unreckoned = 0
  #minute = -1
  /** Places of it that are taken. */
  #taken = 0

  /** The settings may change between two films. */
  constructor(settings: Pick<KeepSettings, 'slowQuantile' | 'reservoir'>) {
    this.#settings = settings
    this.#quantile = settings.slowQuantile
  }

  /** Slower than that part of the route's films of late; never where too few are known. */
  isSlow(durationNs: number): boolean {
    const { slowQuantile } = this.#settings
    // nothing is slower than all
    if (slowQuantile === 1) return false
    if (slowQuantile !== this.#quantile) this.#reckon()
    return this.#slowBin !== Infinity && binOf(durationNs) > this.#slowBin
  }

  /** Takes one of the places of this minute, if one is left. */
  takePlace(atNs: number): boolean {
    const minute = Math.floor(atNs / MINUTE_NS)
    if (minute !== this.#minute) {
      this.#minute = minute
      this.#taken = 0
    }
    if (this.#taken >= this.#settings.reservoir) return false
    this.#taken++
    return true
  }

  /** Counts a film that has ended. */
  add(durationNs: number, atNs: number): void {
    if (this.#settings.slowQuantile === 1) return
    if (this.#current.count >= TURN_FILMS || (atNs - this.#since > TURN_NS && this.#current.count >= MIN_FILMS)) {
      this.#before = this.#current
      this.#current = new QuantileSketch()
      this.#since = atNs
    }
    this.#current.add(durationNs)
    if (++this.#unreckoned >= RECKON_EVERY || (this.#slowBin === Infinity && this.#films >= MIN_FILMS)) this.#reckon()
  }

  get #films(): number {
    return this.#current.count + this.#before.count
  }

  #reckon(): void {
    this.#unreckoned = 0
    this.#quantile = this.#settings.slowQuantile
    if (this.#films < MIN_FILMS) return
    const both = new QuantileSketch()
    both.merge(this.#before)
    both.merge(this.#current)
    this.#slowBin = binOf(both.quantile(this.#quantile) ?? 0)
  }
}
