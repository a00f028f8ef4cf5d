/** Records an Express application: `app.use(cinescope(scope))`, mounted first. */

export { cinescope } from './cinescope.ts'
export type { BodyOption, CinescopeExpressOptions, RouteOptions } from './options.ts'
