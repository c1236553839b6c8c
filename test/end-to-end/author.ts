/** Somebody who writes through outages, and the ledger of everything the machine acknowledged. */
import { randomUUID } from 'node:crypto'
import type { FactKind } from '#protocol/casework/facts/facts.ts'
import type { CaseView } from '#protocol/engine/office.ts'
import { monotonic } from '#test/clock/monotonic.ts'
import { type Api, Lost, Refused } from './api.ts'
import { contentOf } from './comparing.ts'

/** Something a machine answered with 200. */
export interface Acknowledged {
  readonly id: string
  readonly what: string
  /** Whether a node's view of the case has it, with its content. */
  holds(view: CaseView): boolean
}

/** What was acknowledged about the cases of one home station. */
export interface Ledger {
  readonly home: string
  readonly acknowledged: Acknowledged[]
  /** Numbers of cases by id, as they were answered. */
  readonly numbers: Map<string, string>
  /** Cases that may have been opened although no answer said so. */
  perhapsOpened: number
}

export interface Author {
  /** Opens a case; undefined when nobody can tell whether it was opened. */
  open(item: string): Promise<string | undefined>
  edit(id: string, section: string, set: Readonly<Record<string, unknown>>): Promise<void>
  /** Writes a fact exactly once. */
  act(id: string, kind: FactKind, fields: Readonly<Record<string, string | number>>): Promise<void>
}

export const createLedger = (home: string): Ledger => ({
  home,
  acknowledged: [],
  numbers: new Map(),
  perhapsOpened: 0,
})

const OUTAGE_MILLISECONDS = 120_000
const AGAIN_MILLISECONDS = 50

const codeOf = (error: unknown) => (error instanceof Refused ? error.answer.body.code : undefined)

/** Asks the same again until there is an answer; rejects when the machine stays away. */
export async function insist<Value>(ask: () => Promise<Value>): Promise<Value> {
  const end = monotonic() + OUTAGE_MILLISECONDS
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      const isOpen = error instanceof Lost || codeOf(error) === 'answer-pending'
      if (!isOpen || monotonic() > end) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MILLISECONDS))
  }
}

const has = (view: CaseView, section: string, set: Readonly<Record<string, unknown>>): boolean => {
  const value = view.sections.find(({ name }) => name === section)?.value
  if (typeof value !== 'object') return false
  const kept = Object.fromEntries(Object.keys(set).map((key) => [key, value[key]]))
  return contentOf(kept) === contentOf(set)
}

/** The facts of the story with these fields. */
const alike = (view: CaseView, kind: FactKind, fields: Readonly<Record<string, unknown>>) =>
  view.state.story.filter(
    (line) => line.kind === kind && Object.entries(fields).every(([name, value]) => line.fields[name] === value),
  )

/** Makes an author. Facts of one kind that a node writes in one case must differ in a field: a repetition then shows. */
export function createAuthor(api: Api, ledger: Ledger): Author {
  const keep = (id: string, what: string, holds: Acknowledged['holds']) =>
    void ledger.acknowledged.push({ id, what, holds })

  return {
    async open(item) {
      const key = randomUUID()
      try {
        const { id, number } = await insist(() => api.done('POST', '/cases', { item }, key))
        ledger.numbers.set(String(id), String(number))
        keep(String(id), 'opened', ({ state }) => state.number === number && state.item === item)
        return String(id)
      } catch (error) {
        if (codeOf(error) !== 'outcome-unknown') throw error
        ledger.perhapsOpened++
        return undefined
      }
    },
    async edit(id, section, set) {
      await insist(() => api.done('PATCH', `/cases/${id}/sections/${section}`, { set }))
      keep(id, section, (view) => has(view, section, set))
    },
    async act(id, kind, fields) {
      for (;;) {
        const key = randomUUID()
        try {
          const hash = await insist(() => api.act(id, kind, fields, key))
          keep(id, kind, (view) => {
            const lines = alike(view, kind, fields)
            const own = lines.find((line) => line.hash === hash)
            return lines.filter(({ log }) => log === own?.log).length === 1
          })
          return
        } catch (error) {
          if (codeOf(error) !== 'outcome-unknown') throw error
        }
        // The machine stopped between its mark and its answer: the case itself says what became of the request.
        const view = await insist(() => api.view(id))
        if (alike(view, kind, fields).length > 0) return
      }
    },
  }
}
