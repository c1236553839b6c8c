/** Stations that have to do with a case: who worked on it or was named in it, and whose records wait without effect. */
import type { StationCode } from '#protocol/ids.ts'
import type { CaseState } from '../case.ts'
import { isOpenAside } from './permission.ts'
import { isOpenProposal } from './second.ts'

/**
 * Stations that worked on a case, were offered it or were asked for an opinion. What a node wrote for a station that it
 * does not serve is nobody's work: whoever claims a name does not make it a reader.
 */
export function stationsOf({ story, offer, invitations }: CaseState): ReadonlySet<StationCode> {
  const worked = story.flatMap(({ station, aside }) => (aside?.reason === 'not-authorised' ? [] : [station]))
  return new Set([...worked, ...(offer === null ? [] : [offer.to]), ...invitations.map(({ to }) => to)])
}

/** Stations other than the holder of whose records some wait without effect: the holder has them on its desk anyway. */
export function stationsAside({ story, holder }: CaseState): ReadonlySet<StationCode> {
  const waiting = story.filter(
    (line) => isOpenAside(line) && !isOpenProposal({ holder }, line) && line.aside?.reason !== 'not-authorised',
  )
  return new Set(waiting.map(({ station }) => station).filter((station) => station !== holder))
}
