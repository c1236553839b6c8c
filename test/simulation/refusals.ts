/** Why links end: what honest sides may refuse each other, read on the wire. */
import { LIMITS } from '#protocol/limits.ts'
import { decodeMessage } from '#protocol/wire/codec.ts'
import type { RefusalCode } from '#protocol/wire/refusals.ts'
import type { Disk } from './witnessed-disk.ts'

/** A link as seen from the side that refuses. */
export interface RefusedLink {
  /** Nothing on it was changed, held up or said in somebody else's name, and nobody has a twin. */
  readonly isHonest: boolean
  /** Whether somebody wrote two versions of a log: one of them may be met behind the other before the two are settled. */
  readonly isForked: (log: string) => boolean
  /** Milliseconds since a whole frame last came to the side that refuses. */
  readonly quiet: number
  /** Disk of that side, and how often it had failed when the link began. */
  readonly disk: Disk
  readonly troubles: number
}

/** Ends that come from the register or from a stop: they happen to honest sides as well. */
const HONEST: ReadonlySet<RefusalCode> = new Set(['unknown-node', 'revoked', 'foreign-stream', 'stopping'])

/** A refusal says what is so: of silence, of a failing disk; and nobody who is honest is refused for what was sent. */
export function checkRefusal(
  violation: (rule: string, detail: string) => void,
  frame: Uint8Array,
  { isHonest, isForked, quiet, disk, troubles }: RefusedLink,
): void {
  const message = decodeMessage(frame)
  if (message?.type !== 'refuse') return
  const { code, detail } = message
  const says = (what: string) => violation('M22', `${disk.name} ends a link as ${code} (${detail}): ${what}`)
  if (code === 'internal') says('a bug')
  else if (code === 'storage') {
    if (disk.troubles === troubles) says('its disk is well')
  } else if (code === 'silent') {
    // A machine that has just died is silent without anything being wrong with the line.
    if (detail !== 'handshake' && quiet < LIMITS.silenceMilliseconds) says(`heard ${quiet} ms ago`)
  } else if (isHonest && !HONEST.has(code) && !isForked(detail.split(' ')[0] ?? '')) says('both are honest')
}
