/** What is recorded of requests. */

/** Which bodies are captured. */
export interface BodySwitch {
  readonly request: boolean
  readonly response: boolean
}

/** Settled options of the server-request role. */
export interface ServerRequestSettings {
  /** Names the sites of roots: `express`. */
  readonly framework: string
  readonly bodies: BodySwitch
  /** By route template; it beats `bodies`. */
  readonly bodiesOf: ReadonlyMap<string, BodySwitch>
  /** Bytes kept of one body. */
  readonly maxBodyBytes: number
  /** Answers carry the `traceparent` of their film. */
  readonly traceparentHeader: boolean
}
