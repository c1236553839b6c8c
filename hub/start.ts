/** `npm start`: a model county of four programs on this machine, joined by real codes the first time. */
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { buildPrograms } from '#edge-node/build.ts'
import { ADMINISTRATOR } from '#hub/first-start.ts'
import { openPorts } from '#hub/model-ports.ts'
import { type Model, startModel } from '#hub/model-programs.ts'
import { NAMED_PEOPLE } from '#hub/samples/people.ts'
import { RUNNING_STATIONS, SAMPLE_PASSWORD } from '#hub/samples/sample.ts'
import { SAMPLE_COUNTY } from '#hub/samples/stations.ts'
import { ROLES } from '#protocol/casework/directory.ts'
import { fail, type Result, success } from '#protocol/result.ts'

const folder = process.argv[2] ?? 'data'
const say = (text: string) => void process.stdout.write(`${text}\n`)

await buildPrograms(['hub', 'edge-node'])

const isNew = !existsSync(join(folder, 'hub'))
say(isNew ? '正在建立示例县(约半分钟)……' : '正在启动示例县……')
let isLeaving = false
const model: Model = startModel(folder, openPorts(join(folder, 'ports.json')), say)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => leave(0))
void model.broken.then((what) => leave(1, what))

const addresses = new Map<string, string>()
const started = await startAll().catch(unusable)
if (started.ok) tell()
else leave(1, `${started.problem.message}\n  ${started.problem.kept}\n  ${started.problem.next}`)

/** Ends everything for the first reason there is; what comes of ending is no reason. */
function leave(code: number, why?: string): void {
  if (isLeaving) return
  isLeaving = true
  if (why !== undefined) say(why)
  void model.stop().then(() => process.exit(code))
}

/** Parents before children. */
async function startAll(): Promise<Result<void>> {
  mkdirSync(folder, { recursive: true })
  const hub = await model.startHub()
  if (!hub.ok) return hub
  addresses.set(SAMPLE_COUNTY.id, hub.value)
  for (const { id, name, parent } of RUNNING_STATIONS) {
    const node = await model.startNode(id, name, addresses.get(parent ?? '') ?? '')
    if (!node.ok) return node
    addresses.set(id, node.value)
  }
  return success(undefined)
}

/** A folder that the system refuses to make or write is somebody's to mend; anything else is a bug. */
function unusable(error: unknown): Result<void> {
  const { code, syscall } = error as NodeJS.ErrnoException
  // Node gives its own mistakes a code as well; only what the system refused names a call of the system.
  if (syscall === undefined) throw error
  return fail('folder-unusable', `目录 ${folder} 不能使用(${code})`, '数据没有改动', '请检查磁盘空间和目录权限')
}

/** Addresses and accounts, for people. */
function tell(): void {
  say('\n示例县已启动(示例数据,不得用于办件)。按 Ctrl-C 停止。\n')
  for (const { id, name } of [SAMPLE_COUNTY, ...RUNNING_STATIONS]) {
    say(`${name}  ${addresses.get(id)}`)
    if (id === SAMPLE_COUNTY.id) say(`    ${ADMINISTRATOR}(管理员)`)
    for (const person of NAMED_PEOPLE.filter(({ station }) => station === id))
      say(`    ${person.id}(${person.roles.map((role) => ROLES[role]).join('、')} ${person.name})`)
  }
  say('\n各部门在大厅的账号:<部门代码小写>.clerk、.handler、.chief,例如 mz.clerk(民政窗口)')
  say(`所有示例账号的密码:${SAMPLE_PASSWORD}`)
}
