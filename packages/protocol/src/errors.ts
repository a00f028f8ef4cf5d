/** The one error class of the family and the catalogue of its codes. */

/** What each code means; docs/errors.md is the same list with remedies. */
export const ERROR_CODES = {
  CSC_ERR_OPTION: 'an option has an unknown name or a value of the wrong kind',
  CSC_ERR_CONFIG: 'the config file cannot be read or exports no options',
  CSC_ERR_QUERY: 'a query is malformed',
  CSC_ERR_ID: 'an identifier is malformed',
  CSC_ERR_NOT_FOUND: 'what was asked for is not in the recording',
  CSC_ERR_AMBIGUOUS: 'an abbreviated identifier fits more than one film',
  CSC_ERR_PRUNED: 'what was asked for was removed by retention',
  CSC_ERR_NO_RECORDING: 'there is no recording at that place',
  CSC_ERR_FORMAT: 'the file is not a recording of a version this build reads',
  CSC_ERR_HOSTILE: 'the recording holds something that no writer of ours would put there',
  CSC_ERR_CORRUPT: 'stored bytes fail their checks',
  CSC_ERR_LIMIT: 'a stored length or count exceeds its limit',
  CSC_ERR_START: 'the recorder could not start',
  CSC_ERR_STORE: 'the store could not be written or read',
  CSC_ERR_WRITER: 'the writer thread failed',
  CSC_ERR_READER: 'the reader thread failed',
  CSC_ERR_CAPTURE: 'a value or a probe of ours failed while capturing',
  CSC_ERR_STOPPED: 'the scope has been stopped',
  CSC_ERR_CONTROL: 'a running process cannot be reached, or does not do what it is asked',
  CSC_ERR_OUTPUT: 'a file that was asked for could not be written',
  CSC_ERR_ABORTED: 'the caller aborted the operation',
} as const

/** A code of the catalogue. */
export type ErrorCode = keyof typeof ERROR_CODES

/** Every error that Cinescope itself raises; `code` is stable, the message is for people. */
export class CinescopeError extends Error {
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'CinescopeError'
    this.code = code
  }
}

/** Ends an exhaustive switch: reached only if a case is missing. */
export function assertNever(value: never): never {
  throw new CinescopeError('CSC_ERR_FORMAT', `unexpected value ${String(value)}`)
}
