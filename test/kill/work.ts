/** The work that goes on while processes are killed: a village captures and sends up, the township takes in. */
import type { Api } from '#test/end-to-end/api.ts'
import { type Author, createAuthor, insist, type Ledger } from '#test/end-to-end/author.ts'
import { capture } from '#test/end-to-end/capture.ts'
import { TOWNSHIP } from '#test/end-to-end/county.ts'

/** People at one counter who work at the same time. */
const AGENTS = 3
const LOOK_MILLISECONDS = 300

/** Captures cases and sends them up until told to stop; every begun case is finished. */
async function captureCases(author: Author, isOver: () => boolean, nextIndex: () => number): Promise<void> {
  while (!isOver()) {
    const index = nextIndex()
    const id = await capture(author, index)
    if (id === undefined) continue
    await author.act(id, 'noted', { text: `代办点第 ${index} 件` })
    await author.act(id, 'offered', { to: TOWNSHIP, materials: 2 })
  }
}

/** Takes in what has arrived until told to stop. */
async function takeCases(api: Api, author: Author, isOver: () => boolean): Promise<void> {
  const taken = new Set<string>()
  while (!isOver()) {
    const rows = await insist(() => api.rows('scope=incoming'))
    const waiting = rows.filter(({ id }) => !taken.has(id))
    for (const { id, number } of waiting.slice(0, 10)) {
      taken.add(id)
      await author.act(id, 'taken', { materials: 2 })
      await author.act(id, 'received', { materials: 2 })
      await author.act(id, 'noted', { text: `已收 ${number}` })
      if (isOver()) return
    }
    if (waiting.length === 0) await new Promise((resolve) => setTimeout(resolve, LOOK_MILLISECONDS))
  }
}

export interface Work {
  /** Lets begun cases be finished; rejects with the first refusal that nobody expected. */
  finish(): Promise<void>
}

/** Sends people to work at the village and the township. */
export function startWork(village: Api, township: Api, ledger: Ledger): Work {
  let over = false
  let index = 0
  const isOver = () => over
  const agents = Array.from({ length: AGENTS }, () =>
    captureCases(createAuthor(village, ledger), isOver, () => index++),
  )
  const working = Promise.all([...agents, takeCases(township, createAuthor(township, ledger), isOver)])
  working.catch(() => {
    over = true // told when it is awaited
  })
  return {
    async finish() {
      over = true
      await working
    },
  }
}
