/** What a cut is. */

/** One small change that must not go unnoticed. */
export interface Cut {
  readonly joint: string
  readonly what: string
  readonly file: string
  readonly from: string
  readonly to: string
  /** Test files, relative to the root, of which one at least must fail. */
  readonly tests: readonly string[]
}
