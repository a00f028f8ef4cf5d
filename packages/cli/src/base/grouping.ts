/** What events are grouped by, as it is typed. */

import { type AggregateQuery, CinescopeError, GROUP_KEYS } from '@cinescope/protocol'

const ATTRIBUTE = 'attribute:'

/** From the text of `--by`. @throws CSC_ERR_OPTION */
export function groupingOf(text: string): NonNullable<AggregateQuery['by']> {
  if (text.startsWith(ATTRIBUTE)) return { attribute: text.slice(ATTRIBUTE.length) }
  const key = GROUP_KEYS.find((known) => known === text)
  if (key !== undefined) return key
  throw new CinescopeError(
    'CSC_ERR_OPTION',
    `--by is '${text.slice(0, 60)}'; it must be ${GROUP_KEYS.join(', ')} or ${ATTRIBUTE}PATH`,
  )
}

/** What `--by` may be, for people. */
export function groupings(): string {
  return `${GROUP_KEYS.join(', ')}, or ${ATTRIBUTE}PATH for what a path leads to in the values`
}
