/** Slow lines: what the sync costs over the bare bytes on one, how long a new case waits behind others, and a poorer one that is cut. */
import { mkdir } from 'node:fs/promises'
import { type AddressInfo, connect, createServer } from 'node:net'
import { join } from 'node:path'
import { monotonic } from '#test/clock/monotonic.ts'
import { type Line, type LineOptions, openLine } from '#test/transport/slow-line.ts'
import type { Behind } from './make.ts'
import { type Bench, type Figures, type Scenario, withWorkers } from './scenario.ts'
import type { Worker } from './worker-port.ts'

const CASES = 500
/** 64 kbit/s, as a village's telephone line or a crowded mobile cell gives it. */
const SLOW = { bytesPerSecond: 8_000, roundTripMilliseconds: 600, loss: 0.03 }
/** The new case is captured when so much of the others is under way. */
const BEGUN_BYTES = 24_000

const POOR_CASES = 16
/** 16 kbit/s over a satellite. */
const POOR = { bytesPerSecond: 2_000, roundTripMilliseconds: 2_000 }
/** The poor line is cut each time that so much more has been carried. */
const CUT_BYTES = 12_000
const CUTS = 2

const WAIT_MILLISECONDS = 50
const wait = () => new Promise((resolve) => setTimeout(resolve, WAIT_MILLISECONDS))

const makeOffline = async (bench: Bench, name: string, cases: number) => {
  const folder = join(bench.folder, name)
  await mkdir(folder, { recursive: true })
  return withWorkers(bench, ['maker'], (maker) => maker.ask<Behind>('offline', { folder, cases }))
}

/** Opens both nodes with a line between them. */
function overLine<Value>(
  bench: Bench,
  made: Behind,
  options: Omit<LineOptions, 'target'>,
  use: (line: Line, child: Worker) => Promise<Value>,
): Promise<Value> {
  return withWorkers(bench, ['node-parent', 'node-child'], async (parent, child) => {
    await parent.ask('open', { saved: made.parent, file: made.parent.file })
    await child.ask('open', { saved: made.child, file: made.child.file })
    const line = await openLine({ ...options, target: await parent.ask<number>('listen') })
    try {
      return await use(line, child)
    } finally {
      await line.close()
    }
  })
}

/** So many bytes over a line and one byte back, from the call on: nothing can be faster. */
async function bareMilliseconds(bytes: number): Promise<number> {
  const server = createServer((socket) => {
    let left = bytes
    socket.on('data', (chunk) => {
      left -= chunk.length
      if (left <= 0) socket.end('.')
    })
    socket.on('error', () => undefined) // the line is closed behind the last byte
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const line = await openLine({ ...SLOW, target: (server.address() as AddressInfo).port })
  const begun = monotonic()
  const socket = connect(line.port, '127.0.0.1')
  await new Promise((resolve, reject) => {
    socket.once('data', resolve).once('error', reject)
    socket.write(new Uint8Array(bytes))
  })
  const milliseconds = monotonic() - begun
  socket.destroy()
  await line.close()
  server.close()
  return milliseconds
}

/** Everything captured offline goes up, and a new case with it. */
async function slow(bench: Bench): Promise<Figures> {
  const made = await makeOffline(bench, 'slow', CASES)
  const awaited = { log: made.log, height: made.height }
  return overLine(bench, made, SLOW, async (line, child) => {
    const begun = monotonic()
    const connected = child.ask<{ reached: number }>('connect', { port: line.port, awaited })
    while (line.carried.up < BEGUN_BYTES) await wait()
    const captured = monotonic()
    const known = child.ask<number>('capture')
    const { reached } = await connected
    const after = (await known) - reached
    const bare = await bareMilliseconds(made.payload.deflatedBytes)
    return {
      overhead_ratio: (reached - begun) / bare,
      sync_s: (reached - begun) / 1_000,
      bare_s: bare / 1_000,
      new_case_s: (reached + after - captured) / 1_000,
      link_bytes: line.carried.up,
      deflated_bytes: made.payload.deflatedBytes,
    }
  })
}

/** Cases get through a line that is cut again and again; 1 when all of them did. */
async function poor(bench: Bench): Promise<Figures> {
  const made = await makeOffline(bench, 'poor', POOR_CASES)
  const awaited = { log: made.log, height: made.height }
  return overLine(bench, made, POOR, async (line, child) => {
    const begun = monotonic()
    let through = 0
    for (let cuts = 0; through === 0 && cuts <= CUTS; cuts++) {
      const connected = child.ask('connect', { port: line.port, awaited }).then(
        () => 1,
        () => 0,
      )
      const cut = cutAt(line, (cuts + 1) * CUT_BYTES, cuts < CUTS)
      through = await connected
      cut.cancel()
    }
    return {
      gets_through: through,
      not_through: 1 - through,
      poor_s: (monotonic() - begun) / 1_000,
      poor_calls: line.calls,
      poor_link_bytes: line.carried.up,
      poor_deflated_bytes: made.payload.deflatedBytes,
    }
  })
}

/** Cuts a line as soon as it has carried so much, when it is to be cut. */
function cutAt(line: Line, bytes: number, isToBeCut: boolean): { cancel(): void } {
  const look = setInterval(() => {
    if (!isToBeCut || line.carried.up < bytes) return
    clearInterval(look)
    line.cut()
  }, WAIT_MILLISECONDS)
  return { cancel: () => clearInterval(look) }
}

export const SLOW_LINE: Scenario = {
  name: 'slow-line',
  what: `${CASES} cases written offline go up over 64 kbit/s with 600 ms there and back and 3 % loss, against their deflated bytes alone over the same line, while a new case is captured soon after the beginning; and ${POOR_CASES} cases over 16 kbit/s with 2 s there and back and ${CUTS} cuts`,
  goals: { overhead_ratio: 1.15, new_case_s: 15, not_through: 0 },
  run: async (bench) => ({ ...(await slow(bench)), ...(await poor(bench)) }),
}
