/** Changes of a state as people read them. */

import type { EntityState, StateChange } from '@cinescope/core'
import { counted } from './units.ts'
import { inline, pathText } from './value-text.ts'

/** Said of a state of which a limit left something out. */
export const CUT = 'it is cut by the limits of values (values.*): what they left out is not known, nor its changes'

/** `items.0.n = 5`, `coupon is gone`, `items[3]: 2 gone, { … } new`. */
export function changeText(change: StateChange, width: number): string {
  const place = pathText(change.path)
  switch (change.kind) {
    case 'set':
      return `${place} = ${inline(change.value, width)}`
    case 'delete':
      return `${place} is gone`
    case 'splice': {
      const gone = change.removed === 0 ? [] : [`${change.removed} gone`]
      const come = change.inserted.map((item) => `${inline(item, width)} new`)
      return `${change.path.length === 0 ? '' : place}[${change.at}]: ${[...gone, ...come].join(', ')}`
    }
  }
}

/** What one has to know of a state that is not certain; nothing of one that is. */
export function doubts({ lostChanges, mayHaveChanged, died, isCut }: EntityState): string[] {
  return [
    ...(died ? ['it had died by then; this is its last state'] : []),
    ...(lostChanges === 0 ? [] : [`${counted(lostChanges, 'change')} before it were lost and are not in it`]),
    ...(isCut ? [CUT] : []),
    ...(mayHaveChanged ? ['events were lost since; it may have changed'] : []),
  ]
}
