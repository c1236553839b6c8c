/** The edge node's program: it runs the node, makes this machine one (`join`), and changes where its parent is (`parent`). */
import { EDGE_NODE_VARIABLES, readConfiguration } from '#edge-node/config.ts'
import { createRelay } from '#edge-node/enrolment-relay.ts'
import { enrolmentMissing, hasWorked, loadKeys, readEnrolment } from '#edge-node/identity.ts'
import { joinParent } from '#edge-node/join.ts'
import { createLog } from '#edge-node/log.ts'
import { startNode } from '#edge-node/node.ts'
import { createParent } from '#edge-node/parent.ts'
import { movedWords, moveTo } from '#edge-node/parent-move.ts'
import { configured, endRefusing, orRefuse, runNode, START_EMPTY, say } from '#edge-node/program.ts'
import { nodeHost } from '#protocol/transport/node-host.ts'

const settings = configured(readConfiguration(EDGE_NODE_VARIABLES))
const [command, address, code, ...name] = process.argv.slice(2)

if (command === 'join') await join()
else if (command === 'parent') await move()
else if (command === undefined || (command === START_EMPTY && address === undefined)) await run()
else endRefusing(usage(`没有“${command}”这个命令`))

async function join(): Promise<void> {
  if (!address || !code) return endRefusing(usage('缺少上级地址或入网码'))
  const joining = { folder: settings.DATA_FOLDER, parent: address, code, name: name.join(' ').slice(0, 60) }
  const joined = orRefuse(await joinParent(joining))
  const [station] = joined.stations
  say(`入网成功:${station?.name ?? joined.name}(上级:${joined.parent.name})。运行 npm run edge-node 开始工作。`)
}

/** A program that runs on the same folder takes up what is written here within seconds. */
async function move(): Promise<void> {
  if (!address) return endRefusing(usage('缺少上级地址'))
  const folder = settings.DATA_FOLDER
  const keys = orRefuse(loadKeys(folder))
  const enrolment = orRefuse(readEnrolment(folder, keys))
  if (!enrolment?.parent) return endRefusing(usage(enrolment ? '县中心没有上级' : '本机还没有入网'))
  const { cryptography } = nodeHost
  const parent = createParent({ folder, keys, enrolment, cryptography, told: () => [] })
  const moved = orRefuse(await moveTo({ parent, node: enrolment.node, cryptography, knownVersion: () => 0 }, address))
  const next = moved.is === 'known' ? '' : '正在运行的程序一分钟内改用;没有运行时请运行 npm run edge-node。'
  say(`${movedWords(moved)}${next}`)
}

async function run(): Promise<void> {
  const keys = orRefuse(loadKeys(settings.DATA_FOLDER))
  const enrolment = orRefuse(readEnrolment(settings.DATA_FOLDER, keys))
  if (!enrolment && hasWorked(settings.DATA_FOLDER)) return endRefusing(enrolmentMissing(settings.DATA_FOLDER).problem)
  if (!enrolment) return endRefusing(usage('本机还没有入网'))
  const log = createLog(settings.LOG_LEVEL)
  const node = await runNode(log, (failed) =>
    startNode({
      settings,
      keys,
      enrolment,
      log,
      failed,
      enrolled: true,
      hadOne: false, // joining comes before the first start
      startEmpty: command === START_EMPTY,
      extend: async ({ office }, _accounts, known) => {
        const enrol = createRelay({
          ...nodeHost,
          office,
          parent: known ?? endRefusing(usage('本机没有上级')),
        })
        return { ok: true, value: { enrol, title: enrolment.county } }
      },
    }),
  )
  say(`工作台:${node.address}`)
}

function usage(message: string) {
  return {
    code: 'usage',
    message,
    kept: '没有改动',
    next: '入网:npm run edge-node -- join <上级地址> <入网码> [名称];上级换了地址或机器:npm run edge-node -- parent <上级地址>;运行:npm run edge-node;数据库找不回来、决定从空的开始时:npm run edge-node -- start-empty',
  }
}
