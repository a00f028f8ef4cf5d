/** Which films are kept, and how much may be held back until that is known. */

/** What a user may say. */
export interface KeepOptions {
  /**
   * `all` (default). `tail`: films that fail, are slow or carry a user's mark, and some of each route, decided as they end.
   * `window`: what happened lately is held, and kept when a film fails or is slow, at the signal, and at `scope.keep()`.
   * States of entities are kept whatever becomes of the film. Each thread decides for itself.
   */
  readonly policy?: 'all' | 'window' | 'tail'
  /** Films that take longer are slow. Default 1,000. */
  readonly slowMs?: number
  /** Of `tail`. Films slower than this part of their route's films of late, where 100 are known, are slow. Default 0.99; 1 turns it off. */
  readonly slowQuantile?: number
  /** Of `tail`. Ordinary films of each route that are kept in each minute. Default 1. */
  readonly reservoir?: number
  /** Of `window`. Seconds after what it was kept for in which everything is kept. Default 10. */
  readonly afterSeconds?: number
  /** Of `window`. At this signal, that of the main thread is kept. Default none. */
  readonly signal?: 'SIGUSR2'
  /** Bytes, for each thread, that are held: of films that are not decided, or of the window. The oldest go first. Default 16 MiB. */
  readonly maxBytes?: number
  /** Of `tail`. Events after which a film is decided early. Default 10,000. */
  readonly maxEvents?: number
  /** Seconds after which a film is decided early, and for which the window is held. Default 60. */
  readonly maxSeconds?: number
}

/** The same with every default filled in. */
export type KeepSettings = Required<Omit<KeepOptions, 'signal'>> & Pick<KeepOptions, 'signal'>
