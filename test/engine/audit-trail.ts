/** What a node’s audit logs say, for the tests of it. */
import type { Day } from '#protocol/casework/time/days.ts'
import type { StationCode } from '#protocol/ids.ts'
import { COUNTY, type Node, TOWNSHIP, VILLAGE } from './county.ts'

export const EVER = { from: '2000-01-01' as Day, until: '2099-12-31' as Day }
export const ALL = [COUNTY, TOWNSHIP, VILLAGE]

/** Everything that a node's audit logs say, as `person event subject`, newest first. */
export async function trail(node: Node, stations: readonly StationCode[] = ALL) {
  const lines: string[] = []
  let after: string | undefined
  do {
    const page = await node.engine.office.auditTrail({ ...EVER, stations, ...(after ? { after } : {}) })
    if (!page.ok) throw new Error(page.problem.message)
    for (const { person: who, event, subject } of page.value.lines) lines.push(`${who} ${event} ${subject}`)
    after = page.value.next ?? undefined
  } while (after !== undefined)
  return lines
}

export const linesOf = async (node: Node, stations: readonly StationCode[]) => {
  const page = await node.engine.office.auditTrail({ ...EVER, stations })
  return page.ok ? page.value.lines : []
}
