/** One thing the doctor noticed. */

/** See the file's first line. */
export interface Finding {
  /** A problem makes `doctor` end with 1. */
  readonly level: 'problem' | 'note'
  readonly what: string
  readonly remedy: string
}

/** What is wrong. */
export function problem(what: string, remedy: string): Finding {
  return { level: 'problem', what, remedy }
}

/** What is worth knowing. */
export function note(what: string, remedy: string): Finding {
  return { level: 'note', what, remedy }
}
