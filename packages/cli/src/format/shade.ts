/** How much there is of something, as one character. */

const HEIGHTS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const
const DENSITIES = ['░', '▒', '▓', '█'] as const

/** A bar as high as the logarithm of `count` is a part of that of `most`; a space for none. */
export function height(count: number, most: number): string {
  return step(HEIGHTS, count, most)
}

/** The same by how dark it is. */
export function density(count: number, most: number): string {
  return step(DENSITIES, count, most)
}

function step(steps: readonly string[], count: number, most: number): string {
  if (count <= 0) return ' '
  const part = most <= 1 ? 1 : Math.log(1 + count) / Math.log(1 + most)
  return steps[Math.min(steps.length, Math.max(1, Math.ceil(part * steps.length))) - 1] ?? ' '
}
