/** A thread of the server, which joins its recording. */
import { createScope } from '@cinescope/core'

const scope = await createScope()
scope.span('work of a thread', () => scope.log('a line of a thread'))
