/** Which films are kept, and how much may be held back until that is known. */

/** What a user may say. */
export interface KeepOptions {
  /**
   * `all` (default). `tail`: films that fail, are slow or carry a user's mark, and some of each route, decided as they end; states of entities are kept
   * whatever becomes of the film. Each thread decides for its own films.
   */
  readonly policy?: 'all' | 'tail'
  /** Films that take longer are slow. Default 1,000. */
  readonly slowMs?: number
  /** Films slower than this part of their route's films of late, where 100 are known, are slow. Default 0.99; 1 turns it off. */
  readonly slowQuantile?: number
  /** Ordinary films of each route that are kept in each minute. Default 1. */
  readonly reservoir?: number
  /** Bytes, for each thread, of films that are not decided; beyond, the oldest is decided early. Default 16 MiB. */
  readonly maxBytes?: number
  /** Events after which a film is decided early. Default 10,000. */
  readonly maxEvents?: number
  /** Seconds after which a film is decided early. Default 60. */
  readonly maxSeconds?: number
}

/** The same with every default filled in. */
export type KeepSettings = Required<KeepOptions>
