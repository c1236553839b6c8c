/** How machines find their parent: the same pauses as the real uplink, over the virtual network. */
import { afterEnd, nextPause, type Waiting } from '#edge-node/reconnect.ts'
import type { LinkEnd } from '#protocol/engine/ports/identity.ts'
import { decodeMessage } from '#protocol/wire/codec.ts'
import { askCounty, followParent } from './following.ts'
import { lastWritten } from './machines.ts'
import type { Party } from './network.ts'
import { unlessDisk } from './storage-faults.ts'
import type { Machine, Running, World } from './world.ts'

/** Names a pair of machines, whichever way round. */
export const pairOf = (left: { readonly name: string }, right: { readonly name: string }): string =>
  [left.name, right.name].sort().join('|')

/** A machine that answers under the parent's identity; copies answer in turns. */
function parentOf(world: World, machine: Machine): Machine | undefined {
  const above = world.machines.filter(
    (other) =>
      other.identity.node === machine.identity.parent?.node &&
      other.running !== undefined &&
      !other.offline &&
      !world.splits.has(pairOf(machine, other)),
  )
  return machine.offline || above.length === 0 ? undefined : machine.chance.pick(above)
}

const partyOf = (
  world: World,
  machine: Machine,
  { process }: Running,
  { met, shown }: Pick<Party, 'met' | 'shown'>,
): Party => ({
  name: machine.name,
  process,
  disk: machine.disk,
  get hasTwin() {
    return world.machines.some((other) => other !== machine && other.identity.node === machine.identity.node)
  },
  met,
  shown,
})

/** One link from call to end. */
export async function callOnce(world: World, machine: Machine, running: Running): Promise<LinkEnd> {
  const above = parentOf(world, machine)
  if (!above?.running) return { reason: 'unreachable', liveMilliseconds: 0, retryAfterSeconds: null, retry: true }
  const { up, down } = world.network.connect(
    partyOf(world, machine, running, {
      met() {
        machine.writtenAt = lastWritten(machine, world.timeline.now)
        machine.metAt = world.timeline.now
        machine.rememberedAt = machine.metAt
        machine.shown.clear()
        machine.doubt.heardAt.set(above, machine.metAt)
      },
      shown(frame, sentAt) {
        const message = decodeMessage(frame)
        if (message?.type !== 'frontier') return
        const { now: at } = world.timeline
        const now = { by: above.identity.node, sentAt, at, troubles: machine.disk.troubles }
        for (const stream of message.streams) machine.shown.set(stream, now)
      },
    }),
    partyOf(world, above, above.running, { met() {}, shown() {} }),
    machine.line,
  )
  void above.running.engine.attach(down, 'down')
  const began = world.timeline.now
  const end = await running.engine.attach(up, 'up')
  if (end.liveMilliseconds < 0 || end.liveMilliseconds > world.timeline.now - began)
    world.violation('M22', `${machine.name}: a link of ${world.timeline.now - began} ms lived ${end.liveMilliseconds}`)
  return end
}

/** Keeps one link to the parent for as long as the process lives. */
export function callParent(world: World, machine: Machine, running: Running): void {
  followParent(world, machine, running)
  let waiting: Waiting = { for: 'slot', node: machine.identity.node }
  const call = () => {
    world.timeline.after(nextPause(waiting, machine.chance.next()), async () => {
      if (!running.process.alive) return
      const end = await callOnce(world, machine, running)
      waiting = afterEnd(waiting, end, world.timeline.now)
      if (end.liveMilliseconds === 0) await askCounty(world, machine, running).catch(unlessDisk)
      if (running.process.alive) call()
    })
  }
  call()
}
