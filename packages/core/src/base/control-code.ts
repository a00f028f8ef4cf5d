/** What events of kind `control` ask of the recorder, or tell of it: their number. */
export const CONTROL_CODE = {
  /** Keep the film it is recorded in, or the window. */
  keep: 1,
  /** Keep every film from here on, until as many ends are told. */
  keepAll: 2,
  keepAllEnd: 3,
  /** Who asked for that asks still: it is not believed for ever. */
  keepAllStill: 7,
  /** Not asked, told: what the budget makes be left out, or recorded again. */
  budget: 4,
  /** Asks for nothing: tells of an option that has changed. */
  settings: 5,
  /** Asks for nothing: tells that somebody had the window kept, through the control socket. */
  kept: 6,
} as const
