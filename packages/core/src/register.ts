/**
 * Records a program that says nothing about it: `node --import @cinescope/core/register app.js`.
 * A config file and CINESCOPE_* variables say how; CINESCOPE_DISABLED=1 turns it off.
 */

import { register } from './scope/register.ts'

await register(process.env, process.argv[1])
