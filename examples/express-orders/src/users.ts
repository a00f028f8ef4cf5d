/** /u/:uid/posts/:pid: two look-ups side by side, so that films of overlapping requests are put to the test. */

import type { Scope } from '@cinescope/core'
import { Router } from 'express'
import type { Store } from './store.ts'

export function postsRouter(scope: Scope, store: Store): Router {
  const router = Router({ mergeParams: true })

  router.get('/:pid', async function showPost(req, res) {
    const { uid, pid } = req.params as { uid: string; pid: string }
    const [user, post] = await Promise.all([
      scope.span('db.user', async () => {
        const found = await store.user(Number(uid))
        scope.log('user found', { uid: Number(uid) })
        return found
      }),
      scope.span('db.post', () => store.post(Number(pid))),
    ])
    res.json({ ...post, author: user.name })
  })

  return router
}
