/** What is left out at a site to keep within the budget; each step has what is before it. */
export const LEVEL = { nothing: 0, values: 1, spans: 2 } as const
