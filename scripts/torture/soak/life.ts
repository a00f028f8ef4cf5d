/** What a life of the torture `soak` is. */

/** Most bytes of its recording: so few that retention works in every life. */
export const LIFE_BYTES = 2_097_152

/** What it tells before it ends. */
export interface Life {
  readonly path: string
  readonly films: number
  readonly threads: number
  /** Kinds of internal faults. */
  readonly faults: number
}
