/** Which streams a node is granted, and which it was ever granted: a function of stations and nodes. */
import type { Station } from '#protocol/casework/directory.ts'
import { COUNTY_STREAM, type NodeId, type StationCode, type StreamId, streamOf } from '#protocol/ids.ts'
import type { DirectoryView } from './directory-view.ts'

export interface Grants {
  /** The county stream, those of the stations a node serves and of all below them; every stream for a standby. */
  streamsOf(node: NodeId): ReadonlySet<StreamId>
  /** Streams of stations that lie or once lay at or below those a node serves or served: what it holds of them it may deliver. */
  deliverableBy(node: NodeId): ReadonlySet<StreamId>
  /** A station or a node has changed. */
  clear(): void
}

type Places = Pick<DirectoryView, 'node' | 'stations'>

/** The grants of a directory, remembered until it changes. */
export function createGrants(places: Places): Grants {
  const granted = new Map<NodeId, ReadonlySet<StreamId>>()
  const deliverable = new Map<NodeId, ReadonlySet<StreamId>>()
  const remember = (made: Map<NodeId, ReadonlySet<StreamId>>, node: NodeId, make: () => Iterable<StreamId>) => {
    const known = made.get(node) ?? new Set(make())
    made.set(node, known)
    return known
  }
  const served = (node: NodeId): readonly StationCode[] => {
    const record = places.node(node)
    return (record?.standby ? places.stations().map(({ id }) => id) : record?.stations) ?? []
  }
  return {
    streamsOf: (node) =>
      remember(granted, node, () => [
        COUNTY_STREAM,
        ...below(served(node), places.stations(), ({ parent }) => [parent]).map(streamOf),
      ]),
    deliverableBy: (node) =>
      remember(deliverable, node, () => {
        const ever = [...served(node), ...(places.node(node)?.formerStations ?? [])]
        return below(ever, places.stations(), ({ parent, formerParents = [] }) => [parent, ...formerParents]).map(
          streamOf,
        )
      }),
    clear() {
      granted.clear()
      deliverable.clear()
    },
  }
}

/** Stations and everything below them. */
function below(
  stations: readonly StationCode[],
  all: readonly Station[],
  above: (station: Station) => readonly (StationCode | null)[],
): StationCode[] {
  const found = new Set<StationCode>(stations)
  for (let grown = true; grown; ) {
    grown = false
    for (const station of all) {
      if (found.has(station.id) || !above(station).some((one) => one !== null && found.has(one))) continue
      found.add(station.id)
      grown = true
    }
  }
  return [...found]
}
