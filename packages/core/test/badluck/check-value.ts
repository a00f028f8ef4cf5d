/** Values that prove themselves: a number and a sum over it, so that a mixed-up value cannot pass for another. */

/** See above. */
export interface CheckValue {
  readonly n: number
  readonly sum: number
  readonly text: string
}

/** The value of a number; its length varies, so that swapped places show. */
export function checkValue(n: number): CheckValue {
  return { n, sum: sumOf(n), text: 'x'.repeat(n % 23) }
}

/** The number of a value, or undefined when it contradicts itself. */
export function provenNumber(value: unknown): number | undefined {
  const { n, sum, text } = (value ?? {}) as Partial<CheckValue>
  if (typeof n !== 'number' || sum !== sumOf(n)) return undefined
  return typeof text === 'string' && text.length === n % 23 ? n : undefined
}

function sumOf(n: number): number {
  return Math.imul(n ^ 0x5bd1e995, 0x9e3779b1) >>> 0
}
