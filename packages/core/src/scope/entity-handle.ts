/** Entities as users record them: things with an identity and a state that changes. */

import { createHash } from 'node:crypto'
import { type Entity, FLAG, KINDS, type StatePath } from '@cinescope/protocol'
import type { Probe } from '../capture/probe.ts'
import type { StateSubject } from '../capture/states.ts'
import { nameOf } from './name-of.ts'

const MAX_ENTITY_TEXT = 1000

/** Hold on an entity whose states are recorded. */
export interface EntityHandle {
  readonly entity: Entity
  /**
   * Records the state as it is now: whole, or what has changed since it was recorded last, which is found by comparing. Nothing is
   * recorded when nothing has changed. What a limit or redaction leaves out of a value is not compared.
   */
  snapshot(state: unknown): void
  /**
   * The same for one who knows what has changed: `paths` lead to members that were set, that are new or have gone, and to items
   * that were set; a list that has lost items is told by its own path. Saves the comparison, and is believed.
   */
  changed(state: unknown, paths: readonly StatePath[]): void
  /** Records the end of the entity; its number is freed. */
  died(): void
}

/** The entity of that kind and id in the probe's process. */
export function openEntity(probe: Probe, kind: string, id: string | number | bigint): EntityHandle {
  const entity: Entity = { kind: clipped(nameOf(kind)), scope: probe.node, id: clipped(nameOf(id)) }
  const subject = (): StateSubject => {
    const section = probe.sections.begin()
    const span = probe.current()
    const found = {
      entity: probe.entity(entity),
      parent: span?.seq ?? 0,
      root: span?.root.seq ?? 0,
      flags: span === undefined ? FLAG.parentOrphan : span.marks,
    }
    probe.sections.end(section)
    return found
  }
  return {
    entity,
    snapshot(state) {
      if (probe.isEnabled) probe.states.state(subject(), state === undefined ? null : state)
    },
    changed(state, paths) {
      if (probe.isEnabled) probe.states.changed(subject(), state, paths)
    },
    died() {
      if (!probe.isEnabled) return
      const { entity: number, parent, root, flags } = subject()
      probe.recorder.point(KINDS['entity.died'], 0, parent, root, undefined, 0, 0, number, flags)
      probe.freeEntity(entity)
    },
  }
}

/** Ids may be chosen by a peer. Longer ones keep their beginning and a digest, so that they stay apart. */
function clipped(text: string): string {
  if (text.length <= MAX_ENTITY_TEXT) return text
  return `${text.slice(0, MAX_ENTITY_TEXT)}…${createHash('sha256').update(text).digest('hex')}`
}
