/** A database that is not one: orders, users and posts in memory, each call with the wait of a real one. */

import { setTimeout as sleep } from 'node:timers/promises'

export interface Order {
  readonly id: number
  readonly customer: string
  readonly items: readonly { readonly sku: string; readonly quantity: number }[]
  readonly status: 'new' | 'paid' | 'shipped'
}

export interface Store {
  orders(): Promise<readonly Order[]>
  order(id: number): Promise<Order | undefined>
  save(order: Omit<Order, 'id'> & { readonly id?: number }): Promise<Order>
  user(id: number): Promise<{ readonly id: number; readonly name: string }>
  post(id: number): Promise<{ readonly id: number; readonly title: string }>
}

export function createStore(): Store {
  const rows = new Map<number, Order>()
  const insert = (order: Omit<Order, 'id'> & { readonly id?: number }): Order => {
    const saved = { ...order, id: order.id ?? rows.size + 1 }
    rows.set(saved.id, saved)
    return saved
  }
  insert({ customer: 'Ada', items: [{ sku: 'lamp', quantity: 2 }], status: 'shipped' })
  insert({ customer: 'Grace', items: [{ sku: 'desk', quantity: 1 }], status: 'paid' })
  return {
    orders: async () => {
      await sleep(3)
      return [...rows.values()]
    },
    order: async (id) => {
      await sleep(2)
      return rows.get(id)
    },
    save: async (order) => {
      await sleep(4)
      return insert(order)
    },
    user: async (id) => {
      await sleep(4)
      return { id, name: `user ${id}` }
    },
    post: async (id) => {
      await sleep(7)
      return { id, title: `post ${id}` }
    },
  }
}
