/** What goes wrong with who signs: members that sign as anybody, under anybody's numbers; clerks who come, go and are out of use. */

import { encodeFact, type Fact } from '#protocol/casework/facts/facts.ts'
import { mintNumber } from '#protocol/casework/identity/case-numbers.ts'
import { civilDay } from '#protocol/casework/time/days.ts'
import { CASE_RANDOM_BYTES, caseIdIn } from '#protocol/engine/cases/case-id.ts'
import { type DocumentId, logParts, type PersonId, streamOf } from '#protocol/ids.ts'
import { type Draft, KIND } from '#protocol/log/entry.ts'
import { sha256 } from '#protocol/transport/node-host.ts'
import { comes, keepAccount } from '../accounts.ts'
import { chooseAct, personOf } from '../actors.ts'
import type { Chance } from '../chance.ts'
import { copy, scrap, start } from '../machines.ts'
import { unlessDisk } from '../storage-faults.ts'
import { type Machine, rootOf, type World } from '../world.ts'
import { writeLies } from './authors.ts'
import { children, type Fault, type Faults, isCopied, SECOND, some } from './fault.ts'

/** Whoever there is, was or will be; and somebody of whom nobody has heard. */
const anybody = (world: World, chance: Chance): PersonId => {
  const { id } = chance.pick(world.stations)
  return chance.pick([`p${id}`, `p${id}`, `n${id}`, 'admin', 'nobody']) as PersonId
}

/** A fact that a page would offer next, or an opening under a number of any station. */
async function forgery(world: World, machine: Machine, chance: Chance): Promise<Draft | undefined> {
  const { running, station, disk } = machine
  const { rows } = await disk.storage.cases({ limit: 50 })
  const row = rows.length === 0 || chance.happens(0.25) ? undefined : chance.pick(rows)
  const viewed = row && (await running?.engine.office.view(personOf(world, machine), row.id))
  let fact: Fact
  let document: DocumentId
  if (row && viewed?.ok) {
    const stations = world.stations.map(({ id }) => id)
    const { kind, fields } = chooseAct(viewed.value, stations, chance)
    document = row.id
    fact = { kind, previous: viewed.value.state.tip, fields: { ...fields } }
  } else {
    const of = chance.pick(world.stations).id
    const minted = {
      station: of,
      day: civilDay(world.now()),
      lane: chance.between(1, 50),
      running: chance.between(1, 9),
    }
    const number = rows.length > 0 && chance.happens(0.5) ? chance.pick(rows).number : mintNumber(minted)
    document = caseIdIn(sha256, streamOf(station), chance.bytes(CASE_RANDOM_BYTES))
    world.forged.add(document)
    fact = { kind: 'opened', previous: null, fields: { number, item: 'SL0001', itemVersion: 1 } }
  }
  return {
    kind: KIND.fact,
    document,
    person: anybody(world, chance),
    station: chance.happens(0.8) ? station : chance.pick(world.stations).id,
    time: world.now() + chance.pick([0, -400, 400]) * 86_400 * SECOND,
    clockOffset: chance.pick([null, 0]),
    catalogueVersion: chance.pick([1, world.now()]),
    calendarVersion: 0,
    payload: encodeFact(fact),
  }
}

/** A copy of a machine signs as people of other stations, and delivers it until it is found out. */
const foreignSigner: Fault = (world, chance) =>
  some(
    chance,
    children(world).filter((machine) => !isCopied(world, machine)),
    (machine) => {
      void (async () => {
        const drafts: Draft[] = []
        for (let count = chance.between(1, 6); count > 0; count--) {
          const draft = await forgery(world, machine, chance)
          if (draft) drafts.push(draft)
        }
        const liar = await copy(world, machine, 'image')
        liar.passing = true
        const own = `${machine.identity.node}/${machine.running?.engine.incarnation}/`
        const logs = [...liar.disk.held].filter(
          ([log, held]) => log.startsWith(own) && held.length > 0 && logParts(log).stream === streamOf(machine.station),
        )
        const [found] = logs
        if (found)
          await writeLies(world, liar, found[0], Math.max(0, found[1].length - chance.below(3)), chance, { drafts })
        await start(world, liar)
        world.timeline.after(chance.between(20 * SECOND, 90 * SECOND), () => scrap(world, liar))
      })().catch(unlessDisk)
    },
  )

/** A clerk of whom nobody had heard, and as whom somebody may have signed; later she moves. */
const newClerk: Fault = (world, chance) => {
  if (!rootOf(world).running) return
  const { id } = chance.pick(world.stations)
  void comes(world, `n${id}`, chance.happens(0.7) ? id : chance.pick(world.stations).id).catch(unlessDisk)
}

/** An account is out of use for a while, and its station may not have heard. */
const outOfUse: Fault = (world, chance) => {
  const known = world.accounts.get(`p${chance.pick(world.stations).id}`)?.at(-1)
  if (!known || !rootOf(world).running) return
  void keepAccount(world, { ...known, disabled: true }).catch(unlessDisk)
  world.timeline.after(chance.between(5 * SECOND, 60 * SECOND), () => {
    void keepAccount(world, { ...known, disabled: false }).catch(unlessDisk)
  })
}

/** Kinds of faults that concern who signs. */
export const SIGNER_FAULTS: Faults = {
  'foreign-signer': foreignSigner,
  'new-clerk': newClerk,
  'out-of-use': outOfUse,
}
