/** `npm start`: a model county of four programs on this machine, joined by real codes the first time. */
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { buildPrograms } from '#edge-node/build.ts'
import { ADMINISTRATOR } from '#hub/first-start.ts'
import { choosePorts } from '#hub/model-ports.ts'
import { type Model, startModel } from '#hub/model-programs.ts'
import { NAMED_PEOPLE } from '#hub/samples/people.ts'
import { RUNNING_STATIONS, SAMPLE_PASSWORD } from '#hub/samples/sample.ts'
import { SAMPLE_COUNTY } from '#hub/samples/stations.ts'
import { ROLES } from '#protocol/casework/directory.ts'

const folder = process.argv[2] ?? 'data'
const say = (text: string) => void process.stdout.write(`${text}\n`)

mkdirSync(folder, { recursive: true })
const names = ['hub', ...RUNNING_STATIONS.map(({ id }) => id)]
const ports = await choosePorts(join(folder, 'ports.json'), names)
if (!ports.ok) {
  say(`${ports.problem.message}\n  ${ports.problem.kept}\n  ${ports.problem.next}`)
  process.exit(2)
}
await buildPrograms(['hub', 'edge-node'])

const isNew = !existsSync(join(folder, 'hub'))
say(isNew ? '正在建立示例县(约半分钟)……' : '正在启动示例县……')
const model: Model = startModel(folder, ports.value)
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => void model.stop().then(() => process.exit(0)))
model.broken.then(async (what) => {
  say(what)
  await model.stop()
  process.exit(1)
})

const addresses = new Map<string, string>()
try {
  addresses.set(SAMPLE_COUNTY.id, await model.startHub())
  for (const { id, name, parent } of RUNNING_STATIONS)
    addresses.set(id, await model.startNode(id, name, addresses.get(parent ?? '') ?? ''))
  tell()
} catch (error) {
  say(`${(error as Error).message};日志在 ${folder} 下各目录的 program.log`)
  await model.stop()
  process.exit(1)
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
