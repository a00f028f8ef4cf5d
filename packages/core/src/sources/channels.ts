/** Subscriptions to diagnostics channels. A subscriber that throws would end the process, so none of ours does. */

import { subscribe, unsubscribe } from 'node:diagnostics_channel'

/** Listeners by the name of their channel. */
export type Listeners = Readonly<Record<string, (message: unknown) => void>>

/** Subscribes them all; gives what unsubscribes them. */
export function listen(listeners: Listeners): () => void {
  for (const [name, listener] of Object.entries(listeners)) subscribe(name, listener)
  return () => {
    for (const [name, listener] of Object.entries(listeners)) unsubscribe(name, listener)
  }
}
