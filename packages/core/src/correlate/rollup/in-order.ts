/** Values in the order of their indexes. */

/** `values[order[0]]`, `values[order[1]]` and so on. A loop: `from` with a function takes ten times as long. */
export function inOrder(values: Float64Array | Uint32Array, order: Uint32Array): Float64Array {
  const picked = new Float64Array(order.length)
  // the caller's order has indexes of values only
  for (let i = 0; i < order.length; i++) picked[i] = values[order[i]!]!
  return picked
}
