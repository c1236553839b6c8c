/** A virtual network: frames take time by their bytes; links break, hang open, lie, and are watched. */
import type { Connection } from '#protocol/engine/ports/identity.ts'
import { createInbox, type Inbox } from '#protocol/transport/inbox.ts'
import type { Chance } from './chance.ts'
import type { Process } from './process.ts'
import { checkRefusal } from './refusals.ts'
import type { Timeline } from './timeline.ts'
import { otherSide, type Side, TAG, type Watch, watchLink } from './watch.ts'
import type { Disk } from './witnessed-disk.ts'

export interface Wire {
  readonly child: string
  readonly parent: string
  readonly isOpen: boolean
  /** Whether another link between the same two was open at the same time. */
  doubled: boolean
  /** Virtual time at which it was opened. */
  readonly since: number
  /** Whether it was made to hang, crawl or lie: what its ends make of each other then is another matter. */
  readonly isHurt: boolean
  /** Whether the programs that opened it still run. */
  readonly isServed: boolean
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

/** What a line carries, both ways alike. */
export interface Line {
  readonly bytesPerSecond: number
  /** Longest time on the way, in milliseconds. */
  readonly delay: number
}

/** Who stands at an end of a link. */
export interface Party {
  readonly name: string
  readonly process: Process
  readonly disk: Disk
  /** Whether others live under the same identity, so that the same entries may come from both. */
  readonly hasTwin: boolean
  /** The other side is heard for the first time behind the handshake. */
  met(): void
  /** The other side says all that it holds of some streams. */
  shown(frame: Uint8Array, sentAt: number): void
}

export interface Network {
  readonly wires: Set<Wire>
  /** Frames that children really sent, newest last. */
  readonly corpus: Uint8Array[]
  /** Milliseconds that each child's line has spent so far on entries which their readers did not hold. */
  readonly carrying: Map<string, number>
  /** Told when one side tells the other its version of a log. */
  versionTold: (from: string, to: string, frame: Uint8Array) => void
  connect(child: Party, parent: Party, line: Line): { readonly up: Connection; readonly down: Connection }
}

interface Surroundings {
  readonly timeline: Timeline
  readonly chance: Chance
  readonly trace: (text: string, frame: Uint8Array) => void
  readonly violation: (rule: string, detail: string) => void
  /** Whether the station of a stream has moved. */
  readonly hasMoved: (stream: string) => boolean
  /** Whether somebody wrote two versions of a log. */
  readonly isForked: (log: string) => boolean
  readonly corpus: Uint8Array[]
  readonly carrying: Map<string, number>
  readonly versionTold: Network['versionTold']
  readonly ended: (wire: Wire) => void
}

/** Frames kept of what children sent, for hostile ones to be made of. */
const CORPUS = 150
/** What a frame costs a line beside its bytes: headers of TCP, TLS and WebSocket. */
const HEADER_BYTES = 60

/** A network without links. */
export function createNetwork(
  timeline: Timeline,
  chance: Chance,
  watch: Pick<Surroundings, 'trace' | 'violation' | 'hasMoved' | 'isForked'>,
): Network {
  const wires = new Set<Wire>()
  const corpus: Uint8Array[] = []
  const carrying = new Map<string, number>()
  const network: Network = {
    wires,
    corpus,
    carrying,
    versionTold: () => {},
    connect(child, parent, line) {
      const link = openLink(around, { up: child, down: parent }, line)
      for (const other of wires) {
        if (other.child !== child.name || other.parent !== parent.name) continue
        other.doubled = true
        link.wire.doubled = true
      }
      wires.add(link.wire)
      return link
    },
  }
  const around: Surroundings = {
    ...{ timeline, chance, corpus, carrying, ...watch },
    versionTold: (...told) => network.versionTold(...told),
    ended: (wire) => wires.delete(wire),
  }
  return network
}

/** Half of a link: what one side sends, on its way. */
interface Direction {
  /** When the line is free for the next frame. */
  free: number
  /** When the last frame arrives: frames do not overtake each other. */
  last: number
  readonly inbox: Inbox
  /** Frames whose bytes are arriving at the other side, and when. */
  readonly arriving: { readonly from: number; readonly until: number; readonly bytes: number }[]
  /** Bytes of frames that have arrived as a whole. */
  arrived: number
}

const HANDSHAKE: ReadonlySet<number> = new Set([TAG.hello, TAG.proof, TAG.busy, TAG.refuse])

function openLink(around: Surroundings, parties: Readonly<Record<Side, Party>>, line: Line) {
  const { timeline, chance } = around
  let longest = line.delay
  /** Virtual time at which the link began to swallow everything. */
  let hungAt: number | undefined
  let change = (frame: Uint8Array) => frame
  const open = new Set<Side>(['up', 'down'])
  const met = new Set<Side>()
  let isHurt = false
  /** When a whole frame last came to each side. */
  const heardAt = { up: timeline.now, down: timeline.now }
  const directions: Record<Side, Direction> = {
    up: { free: 0, last: 0, inbox: createInbox(), arriving: [], arrived: 0 },
    down: { free: 0, last: 0, inbox: createInbox(), arriving: [], arrived: 0 },
  }
  const watch: Watch = watchLink({ up: readerAt('down'), down: readerAt('up') }, around.violation, (bytes) => {
    const { name } = parties.up
    around.carrying.set(name, (around.carrying.get(name) ?? 0) + (bytes * 1000) / line.bytesPerSecond)
  })

  function readerAt(side: Side) {
    const { disk, hasTwin } = parties[side]
    return {
      height: (log: string) => disk.held.get(log as never)?.length ?? 0,
      heights: () => [...disk.held].map(([log, hashes]) => [log, hashes.length] as const),
      comesTwice: around.hasMoved,
      get hearsTwice() {
        return wire.doubled || hasTwin || parties[otherSide[side]].hasTwin
      },
    }
  }
  /** Something goes from one side to the other: first its bytes take the line, then the way takes its time. */
  const later = (side: Side, bytes: number, deliver: () => void) => {
    const direction = directions[side]
    const sent = ((bytes + HEADER_BYTES) * 1000) / line.bytesPerSecond
    direction.free = Math.max(direction.free, timeline.now) + sent
    direction.last = Math.max(direction.last, direction.free + chance.between(1, longest))
    const arrival = { from: direction.last - sent, until: direction.last, bytes }
    direction.arriving.push(arrival)
    timeline.after(direction.last - timeline.now, () => {
      if (hungAt !== undefined) return
      direction.arriving.splice(direction.arriving.indexOf(arrival), 1)
      direction.arrived += bytes
      if (parties[otherSide[side]].process.alive) deliver()
    })
  }
  /** Bytes that have come to a side, also those in the middle of a frame. */
  const receivedAt = (side: Side): number => {
    const { arriving, arrived } = directions[otherSide[side]]
    const now = hungAt ?? timeline.now
    const share = ({ from, until }: { from: number; until: number }) =>
      Math.min(1, Math.max(0, (now - from) / Math.max(1, until - from)))
    return arriving.reduce((sum, one) => sum + Math.floor(one.bytes * share(one)), arrived)
  }
  const end = (side: Side, reason: string) => {
    if (!open.delete(side)) return
    if (open.size === 0) around.ended(wire)
    directions[side].inbox.end(reason)
  }
  const deliver = (side: Side, frame: Uint8Array, sentAt: number) => {
    const reader = otherSide[side]
    heardAt[reader] = timeline.now
    watch.arrived(side, frame)
    if (!met.has(reader) && !HANDSHAKE.has(frame[0] as number)) {
      met.add(reader)
      parties[reader].met()
    }
    if (frame[0] === TAG.frontier) parties[reader].shown(frame, sentAt)
    if (!directions[reader].inbox.deliver(frame)) end(reader, 'nobody-listens')
  }
  const troubles = { up: parties.up.disk.troubles, down: parties.down.disk.troubles }
  const refusedBy = (side: Side) => ({
    isHonest: !isHurt && !wire.doubled && !parties.up.hasTwin && !parties.down.hasTwin,
    isForked: around.isForked,
    quiet: timeline.now - heardAt[side],
    disk: parties[side].disk,
    troubles: troubles[side],
  })
  const connection = (side: Side): Connection => ({
    send(frame) {
      if (!open.has(side) || !parties[side].process.alive) return
      around.trace(`${parties[side].name}>${parties[otherSide[side]].name}`, frame)
      watch.sent(side, frame)
      if (frame[0] === TAG.fork) around.versionTold(parties[side].name, parties[otherSide[side]].name, frame)
      if (frame[0] === TAG.refuse) checkRefusal(around.violation, frame, refusedBy(side))
      if (side === 'up') remember(around.corpus, frame)
      const sent = side === 'up' ? change(frame) : frame
      const sentAt = timeline.now
      later(side, sent.length, () => deliver(side, sent, sentAt))
    },
    received: () => receivedAt(side),
    pause: directions[side].inbox.pause,
    resume: directions[side].inbox.resume,
    close(reason) {
      if (!open.has(side)) return
      end(side, reason)
      later(side, 0, () => end(otherSide[side], reason))
    },
    listen: (handlers) =>
      directions[side].inbox.listen({
        frame: (frame) => parties[side].process.alive && handlers.frame(frame),
        closed: (reason) => parties[side].process.alive && handlers.closed(reason),
      }),
  })
  const wire: Wire = {
    child: parties.up.name,
    parent: parties.down.name,
    doubled: false,
    since: timeline.now,
    get isServed() {
      return parties.up.process.alive && parties.down.process.alive
    },
    get isHurt() {
      return isHurt
    },
    get isOpen() {
      return open.size === 2 && hungAt === undefined
    },
    hang: () => {
      isHurt = true
      hungAt ??= timeline.now
    },
    cut() {
      for (const side of ['up', 'down'] as const) timeline.after(chance.between(0, 50), () => end(side, 'cut'))
    },
    inject: (frame) => {
      isHurt = true
      const sentAt = timeline.now
      // A liar's acknowledgement opens the window all the same.
      if (frame[0] === TAG.stored) watch.sent('up', frame)
      later('up', frame.length, () => deliver('up', frame, sentAt))
    },
    tamper: (given) => {
      isHurt = true
      change = given
    },
    slow: (milliseconds) => {
      isHurt = true
      longest = milliseconds
    },
  }
  return { up: connection('up'), down: connection('down'), wire }
}

function remember(corpus: Uint8Array[], frame: Uint8Array): void {
  corpus.push(frame)
  if (corpus.length > CORPUS) corpus.shift()
}
