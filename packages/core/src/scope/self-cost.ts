/** What recording costs the host: sampled on the app thread, told by the writer. */

/** CPU spent so far. */
export interface SelfCost {
  /** App thread: mean of sampled records times records, in ms. An estimate; adapters' own work around records is not in it. */
  readonly probeCpuMs: number
  /** Writer thread, in ms. */
  readonly writerCpuMs: number
}
