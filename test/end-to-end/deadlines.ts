/** Clocks of a case as a node shows them, and the last day as the explanation of deadlines counts it. */
import { expect } from 'vitest'
import type { CaseState } from '#protocol/casework/case.ts'
import type { Clock } from '#protocol/casework/clocks/clocks.ts'
import type { ClockId } from '#protocol/casework/course/spans.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import type { Api } from './api.ts'

export const clockOf = ({ clocks }: CaseState, id: ClockId): Clock => {
  const clock = clocks.find((one) => one.id === id)
  if (!clock) throw new Error(`no clock ${id} among ${clocks.map((one) => one.id).join(' ')}`)
  return clock
}

interface Explained {
  readonly due: Day
  readonly counted: readonly Day[]
  readonly paused: readonly Day[]
}

/** The explanation a node gives of a limit in working days. */
export async function explain(api: Api, start: Day, workingDays: number, pause?: string): Promise<Explained> {
  const paused = pause === undefined ? '' : `&pause=${pause}`
  const path = `/deadlines/explain?start=${start}&workingDays=${workingDays}${paused}`
  return (await api.done('GET', path)) as unknown as Explained
}

/** A running clock ends on the day, and has used the days, that the explanation counts. */
export async function expectExplained(api: Api, clock: Clock, today: Day, pause?: string): Promise<void> {
  const { due, counted } = await explain(api, clock.start, clock.limit, pause)
  const used = counted.filter((day) => day <= today).length
  expect(clock, clock.title).toMatchObject({ state: 'running', unit: 'working', due, exceeded: due < today })
  if (due >= today) expect([clock.used, clock.remaining]).toEqual([used, clock.limit - used])
}
