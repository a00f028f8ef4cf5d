/**
 * Records a program that says nothing about it: `node --import @cinescope/core/register app.js`.
 * CINESCOPE_DIRECTORY and CINESCOPE_SERVICE say where and under which name; CINESCOPE_DISABLED=1 turns it off.
 */

import { register } from './scope/register.ts'

await register(process.env, process.argv[1])
