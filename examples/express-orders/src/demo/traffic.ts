/** What the demo asks of the server. */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Client, Sent } from './client.ts'

/** Requests sent at once. */
export const OVERLAPPING = 200
/** A password and a card number that a client sends; they must be in no recording. */
export const SECRETS = ['correct horse battery staple', '4111 1111 1111 1111'] as const

/** A round of ordinary days: successes, a slow route, mistakes of clients, a failure, a client that hangs up. */
export async function sendMixed(client: Client): Promise<void> {
  await client.send('/orders')
  await sendOrder(client, 7)
  await client.send('/orders/3', { user: 7 })
  await client.send('/orders/3/ship', { method: 'POST', user: 7 })
  await client.send('/orders/report')
  await client.send('/orders', { method: 'POST', user: 8, body: { customer: 'nobody' } })
  await client.send('/orders/99')
  await client.send('/orders/2/invoice', { user: 9 })
  await client.giveUp('/orders/export')
}

/** A customer orders and pays. */
export function sendOrder(client: Client, user: number): Promise<Sent> {
  const body = {
    customer: 'Linus',
    items: [{ sku: 'chair', quantity: 4 }],
    card: { number: SECRETS[1], cvc: '123' },
    password: SECRETS[0],
  }
  return client.send('/orders?from=mail', { method: 'POST', user, body })
}

/** One post, asked for alone: what its film looks like when nothing overlaps it. */
export function sendAlone(client: Client): Promise<Sent> {
  return client.send('/u/1/posts/1', { user: 1 })
}

/** 200 requests under way at the same time, each of another user. */
export function sendOverlapping(client: Client): Promise<readonly Sent[]> {
  const users = Array.from({ length: OVERLAPPING }, (_, index) => 1000 + index)
  return Promise.all(users.map((user) => client.send(`/u/${user}/posts/${user}`, { user })))
}

/** Keeps the server busy, a request every 25 ms, until the function that is returned has been called and has resolved. */
export function keepBusy(client: Client): () => Promise<void> {
  let isOver = false
  const busy = (async () => {
    while (!isOver) {
      await client.send('/orders/1')
      await sleep(25)
    }
  })()
  // a failure is for whoever awaits it in the end
  busy.catch(() => undefined)
  return () => {
    isOver = true
    return busy
  }
}
