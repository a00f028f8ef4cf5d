/** What recording costs the host, by its own account: sampled on the app thread, told by the writer. Bench row `self-cost`. */

/**
 * CPU spent so far. The sum is about two thirds of what recording really adds to an Express server: see `probeCpuMs` for what is
 * not in it.
 */
export interface SelfCost {
  /**
   * App thread, in ms, by samples: records, and what adapters and sources do around them. An estimate, which may also fall by a
   * little, and which is too high while others have the thread's core. Not in it: garbage collection, the host's own code running
   * slower beside ours, the kernel, and V8's own threads.
   */
  readonly probeCpuMs: number
  /** Writer thread, in ms. */
  readonly writerCpuMs: number
}
