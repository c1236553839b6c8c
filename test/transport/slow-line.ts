/** A poor line between real sockets: so many bytes a second, a delay, losses that cost a retransmission, and cuts. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { monotonic } from '#test/clock/monotonic.ts'
import { createChance } from '#test/simulation/chance.ts'

export interface LineOptions {
  /** Port on this machine that the line leads to. */
  readonly target: number
  /** In each direction. */
  readonly bytesPerSecond: number
  readonly roundTripMilliseconds: number
  /** Share of segments that are lost; each then comes one retransmission later, and all behind it wait for it. */
  readonly loss?: number
  readonly seed?: string
}

export interface Line {
  readonly port: number
  /** Bytes that have come out at the far end, from the caller and to it. */
  readonly carried: { readonly up: number; readonly down: number }
  /** Calls so far. */
  readonly calls: number
  /** Breaks everything that is open; what is under way is lost. New calls are taken. */
  cut(): void
  close(): Promise<void>
}

/** What one packet carries. */
const SEGMENT_BYTES = 1_400
/** Bytes that wait before the line for their turn, as in a modem. */
const QUEUE_BYTES = 8 * 1024
const RETRANSMISSION_LEAST = 200

/** Opens a line on a free port. */
export async function openLine(options: LineOptions): Promise<Line> {
  const carried = { up: 0, down: 0 }
  const open = new Set<Socket>()
  const chance = createChance(options.seed ?? 'line')
  let calls = 0
  const cut = () => {
    for (const socket of open) socket.resetAndDestroy()
    open.clear()
  }
  const server = createServer((caller) => {
    calls += 1
    const called = connect(options.target, '127.0.0.1')
    for (const [from, to, way] of [
      [caller, called, 'up'],
      [called, caller, 'down'],
    ] as const) {
      open.add(from)
      from.setNoDelay(true)
      from.on('error', () => undefined) // a cut is what this is for
      from.on('close', () => open.delete(from))
      const lost = () => chance.happens(options.loss ?? 0)
      carry(from, to, options, lost, (bytes) => {
        carried[way] += bytes
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    carried,
    get calls() {
      return calls
    },
    cut,
    close() {
      cut()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

/** One direction: segments leave one after the other, arrive a delay later, and never overtake each other. */
function carry(
  from: Socket,
  to: Socket,
  { bytesPerSecond, roundTripMilliseconds }: LineOptions,
  lost: () => boolean,
  count: (bytes: number) => void,
): void {
  const retransmission = Math.max(RETRANSMISSION_LEAST, 1.5 * roundTripMilliseconds)
  let free = 0
  let last = 0
  let waiting = 0
  const at = (time: number, work: () => void) => setTimeout(work, Math.max(0, time - monotonic()))
  /** In order whatever the timers do: those of nearly the same time may end in any order. */
  const arriving: (() => void)[] = []
  const arrive = (time: number, work: () => void) => {
    last = Math.max(last, time)
    arriving.push(work)
    at(last, () => arriving.shift()?.())
  }
  from.on('data', (chunk: Buffer) => {
    for (let start = 0; start < chunk.length; start += SEGMENT_BYTES) {
      const segment = chunk.subarray(start, start + SEGMENT_BYTES)
      waiting += segment.length
      free = Math.max(free, monotonic()) + (segment.length * 1000) / bytesPerSecond
      at(free, () => {
        waiting -= segment.length
        if (waiting <= QUEUE_BYTES) from.resume()
      })
      arrive(free + roundTripMilliseconds / 2 + (lost() ? retransmission : 0), () => {
        if (to.destroyed) return
        count(segment.length)
        to.write(segment)
      })
    }
    if (waiting > QUEUE_BYTES) from.pause()
  })
  const behindAll = (work: () => void) => () => arrive(Math.max(free, monotonic()) + roundTripMilliseconds / 2, work)
  from.on(
    'end',
    behindAll(() => to.end()),
  )
  from.on(
    'close',
    behindAll(() => to.destroy()),
  )
}
