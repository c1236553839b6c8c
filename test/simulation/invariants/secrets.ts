/** What a link must not tell: what others write in a stream that was taken away. */
import { COUNTY_STREAM, logParts, type StationCode } from '#protocol/ids.ts'
import { decodeMessage } from '#protocol/wire/codec.ts'
import { rootOf, type World } from '../world.ts'

/** The county tells its version of a log to nobody whom it grants the stream no more, but to the author of the log. */
export function checkVersionTold(world: World, from: string, to: string, frame: Uint8Array): void {
  const root = rootOf(world)
  const reader = world.machines.find(({ name }) => name === to)
  const directory = root.running?.engine.office.directory
  if (from !== root.name || !reader || !directory) return
  const message = decodeMessage(frame)
  if (message?.type !== 'fork' || message.ladder.length + message.proof.length === 0) return
  const { node, stream } = logParts(message.log)
  if (stream === COUNTY_STREAM || node === reader.identity.node) return
  const seen = new Set<string>()
  for (
    let at: string | null | undefined = stream;
    at && !seen.has(at);
    at = directory.station(at as StationCode)?.parent
  ) {
    if (at === reader.station) return
    seen.add(at)
  }
  world.violation('M25', `${to} is told what ${message.log.slice(0, 8)} wrote in ${stream}, which it is not granted`)
}
