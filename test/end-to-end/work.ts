/** The work that goes on while processes are killed: villages capture and send up, townships take in, some goes on to the hall. */
import type { Api, Row } from './api.ts'
import { type Author, createAuthor, insist, type Ledger } from './author.ts'
import { capture } from './capture.ts'

const LOOK_MILLISECONDS = 300

/** A village, and where what is acknowledged about its cases is kept. */
export interface VillageAtWork {
  readonly api: Api
  readonly ledger: Ledger
}

export interface TownshipAtWork {
  readonly station: string
  readonly api: Api
  readonly villages: readonly VillageAtWork[]
}

/** Who is at work. */
export interface Workforce {
  readonly townships: readonly TownshipAtWork[]
  /** People at each village's counter who work at the same time. */
  readonly agents: number
  /** The hall, to which every third case goes on; without it cases stay in their township. */
  readonly hall?: { readonly station: string; readonly api: Api }
}

/** What somebody who takes cases in does with each; `place` is how many were taken in before it. */
type Handle = (author: Author, row: Row, place: number) => Promise<void>

/** Captures cases and sends them up until told to stop; every begun case is finished. */
async function captureCases(author: Author, to: string, isOver: () => boolean, nextIndex: () => number): Promise<void> {
  while (!isOver()) {
    const index = nextIndex()
    const id = await capture(author, index)
    if (id === undefined) continue
    await author.act(id, 'noted', { text: `代办点第 ${index} 件` })
    await author.act(id, 'offered', { to, materials: 2 })
  }
}

/** Takes in what has arrived until told to stop. */
async function takeCases(api: Api, ledgers: readonly Ledger[], isOver: () => boolean, handle: Handle): Promise<void> {
  const authors = new Map(ledgers.map((ledger) => [ledger.home, createAuthor(api, ledger)]))
  const taken = new Set<string>()
  while (!isOver()) {
    const { rows } = await insist(() => api.page('scope=incoming')) // the next page comes up when these are taken
    const waiting = rows.filter(({ id }) => !taken.has(id))
    for (const row of waiting) {
      const author = authors.get(row.home)
      if (!author) throw new Error(`${row.number} came from a station that nobody works at`)
      await handle(author, row, taken.size)
      taken.add(row.id)
      if (isOver()) return
    }
    if (waiting.length === 0) await new Promise((resolve) => setTimeout(resolve, LOOK_MILLISECONDS))
  }
}

const atTownship =
  (hall: string | undefined): Handle =>
  async (author, { id, number }, place) => {
    await author.act(id, 'taken', { materials: 2 })
    await author.act(id, 'received', { materials: 2 })
    await author.act(id, 'noted', { text: `已收 ${number}` })
    if (hall !== undefined && place % 3 === 0) await author.act(id, 'offered', { to: hall, materials: 2 })
  }

/** The words tell the hall's taking from the township's: whoever got no answer looks for their own. */
const atHall: Handle = async (author, { id }) => {
  await author.act(id, 'taken', { materials: 2, differences: '送大厅办理' })
  await author.act(id, 'accepted', {})
}

export interface Work {
  /** Lets begun cases be finished; rejects with the first refusal that nobody expected. */
  finish(): Promise<void>
}

/** Sends people to work. */
export function startWork({ townships, agents, hall }: Workforce): Work {
  let over = false
  let index = 0
  const isOver = () => over
  const ledgersOf = ({ villages }: TownshipAtWork) => villages.map(({ ledger }) => ledger)
  const working = Promise.all([
    ...townships.flatMap(({ station, villages }) =>
      villages.flatMap(({ api, ledger }) =>
        Array.from({ length: agents }, () => captureCases(createAuthor(api, ledger), station, isOver, () => index++)),
      ),
    ),
    ...townships.map((one) => takeCases(one.api, ledgersOf(one), isOver, atTownship(hall?.station))),
    ...(hall ? [takeCases(hall.api, townships.flatMap(ledgersOf), isOver, atHall)] : []),
  ])
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
