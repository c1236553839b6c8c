/** A virtual network: frames over virtual time, links that break, hang open, lie, and a wire that is watched. */
import type { Connection } from '#protocol/engine/ports/identity.ts'
import { LIMITS } from '#protocol/limits.ts'
import { decodePack, splitPacks } from '#protocol/log/pack.ts'
import { createInbox } from '#protocol/transport/inbox.ts'
import { decodeMessage } from '#protocol/wire/codec.ts'
import type { Chance } from './chance.ts'
import type { Process } from './process.ts'
import type { Timeline } from './timeline.ts'

/** What passed over one direction of a link. */
interface Watched {
  /** Frames of entries sent and not yet answered. */
  unanswered: number
}

export interface Wire {
  readonly child: string
  readonly parent: string
  readonly isOpen: boolean
  /** Everything sent from now on vanishes and nobody is told (half-open TCP). */
  hang(): void
  /** Breaks; both ends are told. */
  cut(): void
  /** Delivers a frame to the parent as if the child had sent it. */
  inject(frame: Uint8Array): void
  /** Changes every frame of the child from now on. */
  tamper(change: (frame: Uint8Array) => Uint8Array): void
  /** Longest delay of a frame in milliseconds from now on. */
  slow(milliseconds: number): void
}

export interface Network {
  readonly wires: Set<Wire>
  /** Frames that children really sent, newest last. */
  readonly corpus: Uint8Array[]
  connect(child: Party, parent: Party): { readonly up: Connection; readonly down: Connection; readonly wire: Wire }
}

export interface Party {
  readonly name: string
  readonly process: Process
}

const CORPUS = 150
const ENTRIES = 3
const STORED = 4

/** A network without links. */
export function createNetwork(
  timeline: Timeline,
  chance: Chance,
  watch: { trace(text: string, frame: Uint8Array): void; violation(rule: string, detail: string): void },
): Network {
  const wires = new Set<Wire>()
  const corpus: Uint8Array[] = []

  const connect = (child: Party, parent: Party) => {
    let longest = chance.pick([8, 40, 300])
    let hung = false
    let change = (frame: Uint8Array) => frame
    const open = new Set(['up', 'down'])
    const counters: Record<'up' | 'down', Watched> = { up: { unanswered: 0 }, down: { unanswered: 0 } }
    const last = { up: 0, down: 0 }
    const inboxes = { up: createInbox(), down: createInbox() }
    const parties = { up: child, down: parent }
    const other = { up: 'down', down: 'up' } as const
    type Side = 'up' | 'down'

    const later = (side: Side, deliver: () => void) => {
      const at = Math.max(last[side], timeline.now + chance.between(1, longest))
      last[side] = at
      timeline.after(at - timeline.now, () => {
        if (!hung && parties[other[side]].process.alive) deliver()
      })
    }
    const end = (side: Side, reason: string) => {
      if (!open.delete(side)) return
      if (open.size === 0) wires.delete(wire)
      inboxes[side].end(reason)
    }
    const deliver = (side: Side, frame: Uint8Array) => {
      if (!inboxes[other[side]].deliver(frame)) end(other[side], 'nobody-listens')
    }
    const connection = (side: Side): Connection => ({
      send(frame) {
        if (!open.has(side) || !parties[side].process.alive) return
        watch.trace(`${parties[side].name}>${parties[other[side]].name}`, frame)
        count(counters, side, other[side], frame, watch.violation)
        if (side === 'up') {
          corpus.push(frame)
          if (corpus.length > CORPUS) corpus.shift()
        }
        const sent = side === 'up' ? change(frame) : frame
        later(side, () => deliver(side, sent))
      },
      received: inboxes[side].received,
      pause: inboxes[side].pause,
      resume: inboxes[side].resume,
      close(reason) {
        if (!open.has(side)) return
        end(side, reason)
        later(side, () => end(other[side], reason))
      },
      listen: (handlers) =>
        inboxes[side].listen({
          frame: (frame) => parties[side].process.alive && handlers.frame(frame),
          closed: (reason) => parties[side].process.alive && handlers.closed(reason),
        }),
    })
    const wire: Wire = {
      child: child.name,
      parent: parent.name,
      get isOpen() {
        return open.size === 2 && !hung
      },
      hang: () => {
        hung = true
      },
      cut() {
        for (const side of ['up', 'down'] as const) timeline.after(chance.between(0, 50), () => end(side, 'cut'))
      },
      inject: (frame) => later('up', () => deliver('up', frame)),
      tamper: (given) => {
        change = given
      },
      slow: (milliseconds) => {
        longest = milliseconds
      },
    }
    wires.add(wire)
    return { up: connection('up'), down: connection('down'), wire }
  }
  return { wires, corpus, connect }
}

/** Windows and overhead are counted on the wire, not asked of the engine. */
function count(
  counters: Record<'up' | 'down', Watched>,
  side: 'up' | 'down',
  otherSide: 'up' | 'down',
  frame: Uint8Array,
  violation: (rule: string, detail: string) => void,
): void {
  if (frame[0] === ENTRIES) {
    counters[side].unanswered += 1
    // One read of the disk may become a few frames, so the window may be passed by those.
    if (counters[side].unanswered > LIMITS.windowFrames + 4)
      violation('M10', `${counters[side].unanswered} frames unanswered`)
    const message = decodeMessage(frame)
    if (message?.type !== 'entries') {
      violation('M12', 'entries that cannot be read')
      return
    }
    const records = (splitPacks(message.packed) ?? []).flatMap((pack) => decodePack(pack) ?? [])
    const payload = records.reduce((sum, { length }) => sum + length, 0)
    if (frame.length > payload * 1.3 + 200) violation('M12', `a frame of ${frame.length} bytes for ${payload}`)
  } else if (frame[0] === STORED) {
    const message = decodeMessage(frame)
    if (message?.type === 'stored') counters[otherSide].unanswered -= message.frames
  }
}
