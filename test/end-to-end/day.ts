/** A county's day for the tests: who writes about which village's cases, and what the paper says should be seen. */
import { expect } from 'vitest'
import type { FactKind } from '#protocol/casework/facts/facts.ts'
import { untilTrue } from '#test/programs/process.ts'
import { type Api, apiAt, type Row, type Sync } from './api.ts'
import { each } from './at-once.ts'
import { createAuthor, createLedger } from './author.ts'
import { capture } from './capture.ts'
import { compareNodes } from './comparing.ts'
import { openCounty, TOWNSHIP, VILLAGES, type VillageName } from './county.ts'

export const NAMES = ['hongyan', 'yonghe'] as const
/** What the paper says of a case. */
interface Expected {
  readonly stage: Row['stage']
  readonly holder: string
  readonly offeredTo: string | null
}

type Fields = Readonly<Record<string, string | number>>
export type Day = Awaited<ReturnType<typeof beginDay>>

/** Sets up a county with two villages. */
export async function beginDay(folder: string) {
  const county = await openCounty(folder, NAMES)
  const ledgers = { hongyan: createLedger(VILLAGES.hongyan), yonghe: createLedger(VILLAGES.yonghe) }
  const paper: Record<VillageName, Map<string, Expected>> = { hongyan: new Map(), yonghe: new Map() }
  const { hub, township, villages } = county
  const hall = apiAt(hub.machine, 'coordinator')

  const note = (village: VillageName, id: string, change: Partial<Expected>) => {
    const before = paper[village].get(id) ?? { stage: '10', holder: VILLAGES[village], offeredTo: null }
    paper[village].set(id, { ...before, ...change })
  }
  return {
    ...county,
    hall,
    ledgers,
    /** Captures cases at a village and offers them to the township. */
    async captureAndOffer(village: VillageName, count: number) {
      const author = createAuthor(villages[village].api, ledgers[village])
      const first = paper[village].size
      await each(Array(count).keys(), async (index) => {
        const id = await capture(author, first + index)
        if (id === undefined) return
        await author.act(id, 'offered', { to: TOWNSHIP, materials: 2 })
        note(village, id, { offeredTo: TOWNSHIP })
      })
    },
    /** Cases of a village by the last digit of their place on the paper. */
    cases: (village: VillageName, ...digits: readonly number[]): readonly string[] =>
      [...paper[village].keys()].filter((_, index) => digits.includes(index % 10)),
    /** One person writes the same acts, one after the other, about many cases; the paper notes what they mean. */
    async acts(api: Api, village: VillageName, ids: readonly string[], acts: readonly Act[]) {
      const author = createAuthor(api, ledgers[village])
      await each(ids, async (id) => {
        for (const [kind, fields, change] of acts) {
          await author.act(id, kind, fields)
          note(village, id, change)
        }
      })
    },
    /** Every node that holds them shows every case with equal content and as the paper says; nothing else is there. */
    async expectEverywhere() {
      for (const village of NAMES) {
        const nodes = { [village]: villages[village].api, township: township.api, hub: hall }
        const { numbers, perhapsOpened } = ledgers[village]
        const { extra, ...compared } = await compareNodes(nodes, ledgers[village])
        expect(compared).toEqual({ missing: [], different: [], repeated: [] })
        expect(extra).toBeLessThanOrEqual(perhapsOpened)
        for (const [node, api] of Object.entries(nodes)) {
          const rows = (await api.rows('scope=all')).filter(({ id }) => numbers.has(id))
          const shown = rows.map(({ id, stage, holder, offeredTo }) => [id, { stage, holder, offeredTo }] as const)
          expect(new Map<string, Expected>(shown), `${village} at ${node}`).toEqual(paper[village])
        }
      }
    },
    /** How far the cases on a node have travelled. */
    safeties: async (api: Api) => new Set((await api.rows('scope=all')).map(({ safety }) => safety)),
  }
}

export type Act = readonly [kind: FactKind, fields: Fields, change: Partial<Expected>]

/** Waits until a node's status says what is wanted. */
export const untilSync = (api: Api, check: (sync: Sync) => void): Promise<Sync> =>
  untilTrue(async () => {
    const sync = await api.sync()
    check(sync)
    return sync
  }, 200)

/** Waits until everything a node holds is known to be at the county. */
export const untilAtRoot = (api: Api): Promise<Sync> =>
  untilSync(api, ({ casesNotAtRoot, entriesOnlyHere }) => expect([casesNotAtRoot, entriesOnlyHere]).toEqual([0, 0]))

/** Waits until cases are on a node's list of what is to be taken. */
export const arrived = (api: Api, ids: readonly string[]): Promise<void> =>
  untilTrue(async () => {
    const incoming = new Set<string>((await api.rows('scope=incoming')).map(({ id }) => id))
    expect(ids.filter((id) => !incoming.has(id))).toEqual([])
  }, 200)
