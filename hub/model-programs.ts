/** The programs of the model county: each started on its port, joined when it never has, told where its parent is. */
import { join } from 'node:path'
import * as z from 'zod'
import { loadKeys, readEnrolment, writeEnrolment } from '#edge-node/identity.ts'
import { openGroup, type Part } from '#hub/model-group.ts'
import type { Ports } from '#hub/model-ports.ts'
import { type Child, done, heard } from '#hub/model-process.ts'
import { CodeAnswer } from '#hub/sample-codes.ts'
import { SAMPLE_COUNTY } from '#hub/samples/stations.ts'
import { fail, type Result, success } from '#protocol/result.ts'

const Ready = z.object({ address: z.string() })
const STOPPING = fail('stopping', '示例县正在停止', '示例数据没有改动', '再次运行 npm start 即可继续')

export interface Model {
  /** Starts the hub; its address. */
  startHub(): Promise<Result<string>>
  /** Starts a node below the parent at the address, joining first when it never has; its address. */
  startNode(id: string, name: string, parent: string): Promise<Result<string>>
  /** Resolves with words for people when a program ends that should run. */
  readonly broken: Promise<string>
  /** Stops every program, children before parents. */
  stop(): Promise<void>
}

/** The model county of a folder; nothing runs yet. `say` hears when a program has to move to another port. */
export function startModel(folder: string, ports: Ports, say: (text: string) => void): Model {
  const group = openGroup(folder)
  let hub: Child | undefined

  /** Starts a part on its port, or on another one for as long as some other program is faster. */
  const run = async (part: Part, begun?: (child: Child) => void): Promise<Result<string>> => {
    const tried: number[] = []
    for (;;) {
      const port = await ports.propose(part.folder, tried)
      if (group.isStopping()) return STOPPING
      const child = group.launch(part, port)
      const ready = await heard(child, Ready)
      if (ready.ok) {
        group.watch(child)
        begun?.(child)
        return success(settle(part, ready.value.address))
      }
      if (ready.problem.code !== 'port-taken') return ready
      tried.push(port)
    }
  }
  /** Keeps where a part runs, and says so when it had to move. */
  const settle = ({ folder: own, name }: Part, address: string): string => {
    const [before, now] = [ports.remembered(own), Number(new URL(address).port)]
    if (before !== undefined && before !== now) say(`端口 ${before} 已被别的程序占用,${name}改用 ${now}`)
    ports.remember(own, now)
    return address
  }
  const joined = async (part: Part, parent: string): Promise<Result<void>> => {
    if (!hub || group.isStopping()) return STOPPING
    const answer = heard(hub, CodeAnswer)
    hub.process.send({ codeFor: part.folder })
    const code = await answer
    if (group.isStopping()) return STOPPING
    return code.ok ? done(group.launch(part, 0, ['join', parent, code.value.code])) : code
  }

  return {
    broken: group.broken,
    stop: group.stop,
    startHub() {
      const { id, name } = SAMPLE_COUNTY
      const settings = { STATION_CODE: id, STATION_NAME: name, SAMPLE_DATA: 'yes' }
      return run({ program: 'hub', name, folder: 'hub', settings }, (child) => {
        hub = child
      })
    },
    async startNode(id, name, parent) {
      const part = { program: 'edge-node', name, folder: id } as const
      const hasJoined = pointToParent(join(folder, id), parent)
      if (!hasJoined.ok) return hasJoined
      const ready = hasJoined.value ? success(undefined) : await joined(part, parent)
      return ready.ok ? run(part) : ready
    },
  }
}

/** Tells a node that has joined where its parent is now, whose key stays the one it knows; false when it never has joined. */
function pointToParent(home: string, address: string): Result<boolean> {
  const keys = loadKeys(home)
  if (!keys.ok) return keys
  const enrolment = readEnrolment(home, keys.value)
  if (!enrolment.ok) return enrolment
  const known = enrolment.value?.parent
  if (!enrolment.value || !known) return success(false)
  const { href } = new URL(address)
  if (known.address !== href) writeEnrolment(home, { ...enrolment.value, parent: { ...known, address: href } })
  return success(true)
}
