/** Stations to choose from in an act: where a case may go, who is asked for an opinion, to whom the coordinator gives it. */
import { isUnder } from '#edge-node/commands/reading.ts'
import type { FieldOption } from '#edge-node/desk/forms.ts'
import { stationsFrom } from '#edge-node/desk/stations.ts'
import { stationName } from '#edge-node/desk/words.ts'
import { type ForkStation, forkStations } from '#protocol/casework/acts/fork.ts'
import type { CaseView } from '#protocol/engine/office.ts'
import type { ActDrawing } from './act-drawing.ts'

/** What people want to know of a station before they give it the case: what it did, or what it was asked to do. */
export function didWords({ state }: CaseView, { station, lines }: ForkStation): string {
  const acts = [...new Set(lines.map(({ title }) => title))]
  const did = acts.length > 0 ? `已${acts.join('、')}` : station === state.holder ? '' : '未签收'
  return [station === state.holder ? '现在的主办' : '', did].filter(Boolean).join(',')
}

/** Those between which it is decided, with what they did: at a fork or an open transfer; else nobody. */
function parties({ desk, view }: ActDrawing): readonly FieldOption[] {
  const { state } = view
  if (state.forks.length === 0 && state.offer === null) return []
  const group = state.forks.length > 0 ? '分叉涉及的站点' : '这次移交的站点'
  return forkStations(state).map((party) => ({
    value: party.station,
    label: `${stationName(desk.office, party.station)}(${didWords(view, party)})`,
    group,
  }))
}

/**
 * To whom a case may be reassigned: first those between whom it is decided, then the stations of its own line, then
 * those that the county carries it to; of other lines no villages, which have nothing to do with it.
 */
function reassignTo(drawing: ActDrawing): readonly FieldOption[] {
  const { desk, view } = drawing
  const { directory } = desk.office
  const { home, holder } = view.state
  const first = parties(drawing)
  const named = new Set(first.map(({ value }) => value))
  const rest = directory.stations().filter(({ id }) => !named.has(id))
  const line = rest.filter(({ id }) => isUnder(directory, home, id))
  const others = rest.filter((station) => !line.includes(station) && station.tier !== 'village')
  return [...first, ...stationsFrom(desk, holder, line), ...stationsFrom(desk, holder, others)]
}

/** The stations that an act may name. */
export function stationChoices(drawing: ActDrawing): readonly FieldOption[] {
  const { desk, view, kind } = drawing
  const { holder } = view.state
  if (kind === 'reassigned') return reassignTo(drawing)
  if (kind !== 'invited') return stationsFrom(desk, holder, view.targets)
  const asked = desk.office.directory.stations().filter(({ tier }) => tier !== 'village')
  const own = `${stationName(desk.office, holder)}(本站点的其他部门)`
  return [{ value: holder, label: own, group: '本站点' }, ...stationsFrom(desk, holder, asked)]
}
