/** A rehearsal of the facts a row would become: the real rules and the real fold, and nothing is written. */
import { checkAct, checkOpening } from '#protocol/casework/acts/acts.ts'
import type { ActorAtNode as Worker } from '#protocol/casework/acts/permission.ts'
import type { CaseState } from '#protocol/casework/case.ts'
import type { VerticalStep } from '#protocol/casework/exchange/vertical-steps.ts'
import { type FactEntry, type FactKind, type Fields, fieldsOf } from '#protocol/casework/facts/facts.ts'
import { foldCase } from '#protocol/casework/folding/fold.ts'
import type { Item } from '#protocol/casework/item.ts'
import type { Register } from '#protocol/casework/register.ts'
import { type DocumentId, type EntryHash, logKey, type NodeId, streamOf } from '#protocol/ids.ts'
import { fail, type Result, success } from '#protocol/result.ts'

/** Who would write, where and when. */
export interface RehearsalStage {
  readonly register: Register
  readonly worker: Worker
  readonly node: NodeId
  /** Milliseconds since 1970. */
  readonly now: number
}

const CASE = '0'.repeat(32) as DocumentId
const NUMBER = 'rehearsal'

/** An entry as the node would write it; the hash only has to be one of its own. */
function entryOf(
  { worker, node, now }: RehearsalStage,
  kind: FactKind,
  fields: Fields,
  before: readonly FactEntry[],
): FactEntry {
  const { station, person } = worker
  return {
    hash: String(before.length).padStart(64, '0') as EntryHash,
    log: logKey({ node, incarnation: 1, stream: streamOf(station) }),
    seq: before.length + 1,
    person,
    station,
    time: now,
    clockOffset: null,
    fact: { kind, previous: before.at(-1)?.hash ?? null, fields },
  }
}

/** Seals are the node's own; a rehearsal has nothing to seal. */
const completed = ({ kind, fields }: VerticalStep): Fields => ({
  ...fields,
  ...Object.fromEntries(fieldsOf(kind, ({ type }) => type === 'seals').map((name) => [name, []])),
})

function stateAfter(facts: readonly FactEntry[], { register }: RehearsalStage): Result<CaseState> {
  const state = foldCase(CASE, facts, register)
  return state
    ? success(state)
    : fail('foreign-station', '本机不代表该站点办理业务', '没有写入', '请到该站点的电脑上导入')
}

/** The first refusal these steps would meet in a new case of the item; a success says that all of them may be written. */
export function rehearse(stage: RehearsalStage, item: Item, steps: readonly VerticalStep[]): Result<void> {
  const opening = { number: NUMBER, item: item.id, itemVersion: item.edition }
  const opened = checkOpening(item, stage.worker, stage.register, opening)
  if (!opened.ok) return opened
  const facts = [entryOf(stage, 'opened', opening, [])]
  for (const step of steps) {
    const state = stateAfter(facts, stage)
    if (!state.ok) return state
    const fields = completed(step)
    const checked = checkAct(state.value, stage.worker, stage.register, step.kind, fields)
    if (!checked.ok) return checked
    facts.push(entryOf(stage, step.kind, fields, facts))
  }
  return success(undefined)
}
