/** Reading columns whose content may be far longer than anything a writer puts there, without loading it first. */

/** Longest text of a catalogue that any reader accepts, in bytes. */
const MAX_TEXT_BYTES = 65_536

/** SQL for a column's value, or NULL when it is longer than `maxBytes`; `octet_length` reads the record's header only. */
export function bounded(column: string, maxBytes: number = MAX_TEXT_BYTES): string {
  return `iif(octet_length(${column}) <= ${maxBytes}, ${column}, NULL) AS ${column}`
}
