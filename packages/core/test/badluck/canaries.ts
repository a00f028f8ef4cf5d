/** Secrets that can be told from everything else, and the search for them in bytes. */

/** Hands out secrets and remembers them. */
export class Canaries {
  /** What must be found nowhere, by the place it was put. */
  readonly secrets = new Map<string, string>()
  #count = 0

  /** A secret of 24 letters and digits, the first eight of which are no other's. */
  at(place: string): string {
    const number = (++this.#count).toString(36).padStart(4, '0')
    const secret = `Cq${number}Zx${'K7mPw2VtB9nR4hJd'.slice(this.#count % 5)}${number}`
    this.secrets.set(place, secret)
    return secret
  }

  /** A secret inside a text of known shape. */
  shaped(place: string, shape: (secret: string) => string): string {
    return shape(this.at(place))
  }
}

/** Letters of a secret from the second on that are searched for: a secret cut short is one still. */
const ENOUGH = 8

/** Places whose secrets are in `bytes`: as they are, in UTF-16, or within base64. */
export function foundIn(bytes: Uint8Array, secrets: ReadonlyMap<string, string>): string[] {
  const haystack = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const found: string[] = []
  for (const [place, secret] of secrets)
    if (needles(secret).some((needle) => haystack.includes(needle))) found.push(place)
  return found
}

function needles(secret: string): Buffer[] {
  const text = Buffer.from(secret.slice(0, ENOUGH))
  const encoded = [0, 1, 2].map((shift) => {
    const code = Buffer.concat([Buffer.alloc(shift), Buffer.from(secret)]).toString('base64url')
    // the first characters mix with what stands before, the last with what follows
    return Buffer.from(code.slice(shift === 0 ? 0 : 4, 16))
  })
  return [text, Buffer.from(secret.slice(0, ENOUGH), 'utf16le'), ...encoded]
}
