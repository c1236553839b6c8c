/** Filters of the work list: stage, deadline, item, person; a plain form that leads to an address. */
import { html } from 'hono/html'
import { readsAll } from '#edge-node/commands/reading.ts'
import { OPEN_STAGES, STAGES } from '#protocol/casework/course/stages.ts'
import { type Day, plusDays } from '#protocol/casework/time/days.ts'
import type { CaseQuery } from '#protocol/engine/ports/storage.ts'
import { isPersonId } from '#protocol/ids.ts'
import { type FieldOption, field } from './forms.ts'
import { colleagues } from './people.ts'
import type { Desk, Html, Visit } from './visit.ts'

/** What a filter form says, as it stands in the address. */
export type Chosen = Readonly<Partial<Record<'stage' | 'due' | 'item' | 'person', string>>>

/** Days ahead by choice; a deadline before that many days from today is meant. */
const AHEAD: Readonly<Record<string, { readonly title: string; readonly days: number }>> = {
  over: { title: '已超期', days: 0 },
  today: { title: '今天到期和已超期', days: 1 },
  week: { title: '七天内到期', days: 8 },
}

function dueBefore(desk: Desk, chosen: Chosen): Day | undefined {
  const { due = '' } = chosen
  const ahead = Object.hasOwn(AHEAD, due) ? AHEAD[due] : undefined
  return ahead && !desk.office.isDayInDoubt() ? plusDays(desk.office.today(), ahead.days) : undefined
}

/** The query a filter asks for; what is not understood is not asked. */
export function queryOf(desk: Desk, visit: Visit, chosen: Chosen): CaseQuery {
  const { stage = '', item = '', person = '' } = chosen
  const before = dueBefore(desk, chosen)
  return {
    order: 'due',
    ...(readsAll(visit.actor) ? {} : { holders: [visit.actor.station] }),
    stages: Object.hasOwn(STAGES, stage) ? [stage] : OPEN_STAGES,
    ...(before === undefined ? {} : { dueBefore: before }),
    ...(item === '' ? {} : { items: [item] }),
    ...(isPersonId(person) ? { assignees: [person] } : {}),
  }
}

/** What is chosen, without what is empty; for the address of the next page. */
export const chosenOf = (query: Readonly<Record<string, string>>): Chosen =>
  Object.fromEntries(
    ['stage', 'due', 'item', 'person'].flatMap((name) => {
      const value = query[name] ?? ''
      return value === '' ? [] : [[name, value]]
    }),
  )

const list = (name: string, label: string, value: string, options: readonly FieldOption[]): Html =>
  field({ name, id: `filter-${name}`, label, kind: 'list', value, options })

/** The form itself, folded away until something is chosen. */
export function filterForm(desk: Desk, visit: Visit, chosen: Chosen): Html {
  const stages = Object.entries(STAGES).map(([value, label]) => ({ value, label }))
  // While nobody can say what day it is, nothing is due by it.
  const ahead = desk.office.isDayInDoubt() ? [] : Object.entries(AHEAD)
  const dues = ahead.map(([value, { title }]) => ({ value, label: title }))
  const items = desk.office.directory.items().map(({ id, name }) => ({ value: id, label: name }))
  const people = colleagues(desk, visit.actor.station).map(({ value, label }) => ({ value, label }))
  const used = Object.keys(chosen).length > 0
  return html`<details class="desk-filters" ${used ? html`open` : ''}><summary>筛选${used ? '(已选)' : ''}</summary>
    <form method="get" action="/" class="desk-filter-form">${list('stage', '环节', chosen.stage ?? '', stages)}${list('due', '期限', chosen.due ?? '', dues)}
      ${list('item', '事项', chosen.item ?? '', items)}${list('person', '承办人', chosen.person ?? '', people)}
      <div class="mb-3 btn-list"><button class="btn btn-primary" type="submit">筛选</button><a class="btn" href="/">不筛选</a></div></form></details>`
}
