/** The figures of a route as a store holds them. */

/** See `RouteFigures`; a row replaces the one before it. */
export interface RouteRow {
  readonly thread: number
  /** Site and kind of the roots as they ended; 0 and 0 stand for all beyond the most that are told apart. */
  readonly site: number
  readonly kind: number
  readonly films: number
  readonly failed: number
  readonly kept: number
  /** See `encodeSketch`; of durations in ns. */
  readonly sketch: Uint8Array
}
