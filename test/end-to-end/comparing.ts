/** Comparing what nodes show of a case: everything that must be equal everywhere, and nothing else. */
import { masked } from '#edge-node/commands/masking.ts'
import type { CaseView } from '#protocol/engine/office.ts'
import type { Api } from './api.ts'
import type { Ledger } from './author.ts'

/** Content as text, keys in order. Numbers of people are hidden from some readers, so they are hidden from all here. */
export const contentOf = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([left], [right]) => (left < right ? -1 : 1)))
      : part,
  ).replace(/"(\d{17}[\dX]|1[3-9]\d{9})"/g, (_, number: string) => JSON.stringify(masked(number)))

/** What must be equal on every node that holds the case: not who may do what, nor how far it has travelled. */
export function sharedContent({ state, item, sections }: CaseView): string {
  const shared = sections.map(({ name, value, changedAfterSeal }) => ({ name, value, changedAfterSeal }))
  return contentOf({ state, item, sections: shared })
}

export interface Comparison {
  /** Acknowledged things a node does not have. */
  readonly missing: readonly string[]
  /** Cases that look different on two nodes. */
  readonly different: readonly string[]
  /** Case numbers given twice. */
  readonly repeated: readonly string[]
  /** Cases on any node beyond those that were acknowledged. */
  readonly extra: number
}

/** Reads every acknowledged case on every node that holds it and compares. */
export async function compareNodes(nodes: Readonly<Record<string, Api>>, ledger: Ledger): Promise<Comparison> {
  const missing: string[] = []
  const different: string[] = []
  const cases = Map.groupBy(ledger.acknowledged, ({ id }) => id)
  const rows = await Promise.all(Object.values(nodes).map((api) => api.rows('scope=all')))
  for (const [id, promises] of cases) {
    const contents = new Set<string>()
    for (const [name, api] of Object.entries(nodes)) {
      const { status, body } = await api.ask('GET', `/cases/${id}`)
      const view = status === 200 ? (body as unknown as CaseView) : undefined
      if (view) contents.add(sharedContent(view))
      for (const { what, holds } of promises)
        if (!view || !holds(view)) missing.push(`${what} of ${ledger.numbers.get(id) ?? id} at ${name}`)
    }
    if (contents.size > 1) different.push(`${id}:\n${[...contents].join('\n')}`)
  }
  const numbers = new Map(rows.flat().flatMap(({ home, id, number }) => (home === ledger.home ? [[id, number]] : [])))
  const ids = Map.groupBy(numbers.keys(), (id) => numbers.get(id) ?? '')
  const repeated = [...ids].filter(([, same]) => same.length > 1).map(([number]) => number)
  return { missing, different, repeated, extra: numbers.size - cases.size }
}
