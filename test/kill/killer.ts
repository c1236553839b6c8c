/** Kills processes at seeded moments and starts them again: in the middle of a start, of a request, of a sync. */
import type { Machine } from '#test/end-to-end/machine.ts'
import type { Chance } from '#test/simulation/chance.ts'

export interface Targets {
  /** Comes and goes: a kill leaves it down until it is next chosen. */
  readonly hub: Machine
  readonly township: Machine
  readonly village: Machine
}

/** Milliseconds until the next kill: during a start, during work, or after the links had time to come up. */
function nextPause(chance: Chance): number {
  const kind = chance.next()
  if (kind < 0.35) return chance.between(0, 300)
  return kind < 0.85 ? chance.between(300, 1_500) : chance.between(3_500, 5_500)
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** A program that ended by itself has a bug, or refused to start on what a kill left behind. */
function mustRun(machine: Machine): void {
  if (!machine.isRunning()) throw new Error(`${machine.name} ended by itself:\n${machine.text().slice(-4_000)}`)
}

/** Kills as often as asked; at the end all are up, the relay and the village freshly started. */
export async function killOften(targets: Targets, kills: number, chance: Chance, say: (text: string) => void) {
  const { hub, township, village } = targets
  let isHubUp = true
  const kill = async (machine: Machine) => {
    mustRun(machine)
    await machine.kill()
    if (machine !== hub) machine.launch()
  }
  for (let killed = 0; killed < kills; killed++) {
    await pause(nextPause(chance))
    // The last kills hit the relay and the village: links called for the first time are not waited for a minute.
    const last = { [kills - 2]: township, [kills - 1]: village }[killed]
    if (last !== undefined && !isHubUp) hub.launch()
    isHubUp ||= last !== undefined
    const chosen = last ?? chance.pick([village, village, village, township, township, hub])
    if (chosen === hub && !isHubUp) {
      hub.launch()
      isHubUp = true
      killed--
      continue
    }
    await kill(chosen)
    if (chosen === hub) isHubUp = false
    if ((killed + 1) % 50 === 0) say(`${killed + 1} kills`)
  }
}
