/** Detectors of counters that only look like counters (明进暗不进、前店后厂, SOURCES.md A13) and of empty ones (SOURCES.md A15). */
import type { Department, WindowRecord } from '../directory.ts'
import type { Item } from '../item.ts'
import type { CaseFigures } from './figures.ts'

/** Something to look into; a detector accuses nobody. */
export interface Indication {
  /** Code of a window, an item or a department, or a case number. */
  readonly subject: string
  /** For people. */
  readonly message: string
}

/** A promised case decided faster than anybody can examine it; 10 minutes unless a hall sets its own. */
export const HURRIED_MINUTES = 10
const MINUTE_MILLISECONDS = 60_000

/** Windows whose departments have items at the hall and received no case there in the period (明进暗不进). */
export function silentWindows(
  windows: readonly WindowRecord[],
  items: readonly Item[],
  cases: readonly CaseFigures[],
): readonly Indication[] {
  const busy = new Set(
    cases.flatMap(({ department, received }) => (received ? [`${received.station} ${department}`] : [])),
  )
  return windows
    .filter(({ kind }) => kind !== 'cashier')
    .flatMap(({ id, name, station, departments }) => {
      const offered = items.filter((item) => item.presence.present && departments.includes(item.department))
      const isBusy = departments.some((department) => busy.has(`${station} ${department}`))
      return offered.length === 0 || isBusy
        ? []
        : [{ subject: id, message: `${name}有 ${offered.length} 个进驻事项,期间没有收到一件办件` }]
    })
}

/** Promised cases decided within minutes of the receipt: the work was done before, or not at all. */
export const hurriedDecisions = (
  cases: readonly CaseFigures[],
  minutes: number = HURRIED_MINUTES,
): readonly Indication[] =>
  cases.flatMap(({ number, caseKind, received, decided, elsewhere }) => {
    if (caseKind !== '2' || !received || !decided || elsewhere || received.backdated || decided.backdated) return []
    const passed = decided.time - received.time
    return passed < 0 || passed >= minutes * MINUTE_MILLISECONDS
      ? []
      : [{ subject: number, message: `承诺件收件后 ${Math.floor(passed / MINUTE_MILLISECONDS)} 分钟即作出决定` }]
  })

/** Cases that came to the counter already decided (前店后厂、体外循环). */
export const decidedBefore = (cases: readonly CaseFigures[]): readonly Indication[] =>
  cases.flatMap(({ number, received, decided, elsewhere }) => {
    if (elsewhere) return [{ subject: number, message: '决定在部门自己的系统里作出,事后登记' }]
    if (!received || !decided) return []
    const isBefore = decided.day < received.day || (decided.backdated && decided.day === received.day)
    return isBefore
      ? [{ subject: number, message: `决定日期 ${decided.day} 不晚于收件日期 ${received.day},决定是补录的` }]
      : []
  })

/** Items and departments at the hall without a single case in the period (业务空白窗口). */
export interface ZeroVolume {
  readonly items: readonly Indication[]
  readonly departments: readonly Indication[]
}

export function zeroVolume(
  departments: readonly Department[],
  items: readonly Item[],
  cases: readonly CaseFigures[],
): ZeroVolume {
  const [usedItems, usedDepartments] = [
    new Set(cases.map(({ item }) => item)),
    new Set(cases.map(({ department }) => department)),
  ]
  const present = items.filter(({ presence }) => presence.present)
  const offering = new Set(present.map(({ department }) => department))
  return {
    items: present
      .filter(({ id }) => !usedItems.has(id))
      .map(({ id, name }) => ({ subject: id, message: `“${name}”期间没有办件` })),
    departments: departments
      .filter(({ id, successor }) => successor === null && offering.has(id) && !usedDepartments.has(id))
      .map(({ id, name }) => ({ subject: id, message: `${name}期间没有办件` })),
  }
}
