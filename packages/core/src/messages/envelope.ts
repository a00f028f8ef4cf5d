/** A message with what travels with it, as one value that can be cloned or written as JSON. */

import type { MessageCarrier } from '../adapter/message.ts'

/** A name that no message of a program has by chance. */
const CARRIER = 'cinescope.message.v1'

interface Envelope {
  readonly [CARRIER]: MessageCarrier
  readonly message: unknown
}

/** What an envelope held; a message without one is itself, with no carrier. */
export interface Opened {
  readonly message: unknown
  readonly carrier: unknown
}

/** Puts a message into an envelope. */
export function seal(message: unknown, carrier: MessageCarrier): Envelope {
  return { [CARRIER]: carrier, message }
}

/** Takes a message out of its envelope. What has another form than ours is a message of the program. */
export function open(received: unknown): Opened {
  return isEnvelope(received)
    ? { message: received.message, carrier: received[CARRIER] }
    : { message: received, carrier: undefined }
}

/** What has been received is plain data: asking it runs nobody's code. */
function isEnvelope(received: unknown): received is Envelope {
  if (typeof received !== 'object' || received === null || !Object.hasOwn(received, CARRIER)) return false
  const names = Object.keys(received)
  return names.length === 2 && names[0] === CARRIER && names[1] === 'message'
}
