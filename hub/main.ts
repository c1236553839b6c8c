/** The hub's program: the node without a parent, with the county's register. */
import type { Accounts } from '#edge-node/commands/account/accounts.ts'
import { readConfiguration } from '#edge-node/config.ts'
import { type Enrolment, identityOf, keepEnrolment, loadKeys, readEnrolment } from '#edge-node/identity.ts'
import { createLog } from '#edge-node/log.ts'
import { type Extension, startNode } from '#edge-node/node.ts'
import { configured, endRefusing, orRefuse, runNode, START_EMPTY, say } from '#edge-node/program.ts'
import { HUB_VARIABLES } from '#hub/config.ts'
import { ADMINISTRATOR, firstStart, resetPassword } from '#hub/first-start.ts'
import { dropSpentPassword, tellPassword } from '#hub/one-time-password.ts'
import { createHubPages } from '#hub/pages/pages.ts'
import { createRegistry } from '#hub/registry.ts'
import { answerCodeRequests } from '#hub/sample-codes.ts'
import { beginSample, endSample } from '#hub/samples/ending.ts'
import { publishSample, SAMPLE_PASSWORD } from '#hub/samples/sample.ts'
import type { Engine } from '#protocol/engine/engine.ts'
import type { Office } from '#protocol/engine/office.ts'
import { toHex } from '#protocol/ids.ts'
import { type Result, success } from '#protocol/result.ts'
import { nodeHost, nodeIdOf } from '#protocol/transport/node-host.ts'

const USAGE = {
  code: 'usage',
  message: '命令不对',
  kept: '没有改动',
  next: '运行:npm run hub;忘记密码时:npm run hub -- reset-password <用户名>;数据库找不回来、决定从空的开始时:npm run hub -- start-empty',
}
const settings = configured(readConfiguration(HUB_VARIABLES))
const isSample = settings.SAMPLE_DATA === 'yes'
const keys = orRefuse(loadKeys(settings.DATA_FOLDER))
const kept = orRefuse(readEnrolment(settings.DATA_FOLDER, keys))
const enrolment = kept ?? enrolItself()
const identity = identityOf(keys, enrolment)
const log = createLog(settings.LOG_LEVEL)

const [command, person] = process.argv.slice(2)
const startEmpty = command === START_EMPTY && person === undefined
if (command !== undefined && !startEmpty && (command !== 'reset-password' || !person)) endRefusing(USAGE)

const node = await runNode(log, (failed) =>
  startNode({
    settings,
    keys,
    enrolment,
    hadOne: kept !== null,
    enrolled: kept !== null,
    startEmpty,
    log,
    failed,
    extend: (engine, accounts) => extend(failed, engine, accounts),
  }),
)
say(`县中心工作台:${node.address}`)

/** The root enrols itself: it is its own authority. */
function enrolItself(): Enrolment {
  const root = { node: nodeIdOf(keys.publicKey), publicKey: toHex(keys.publicKey) }
  return { node: root.node, lease: 1, root, county: settings.STATION_NAME, parent: null }
}

async function extend(
  failed: (error: unknown) => void,
  engine: Engine,
  accounts: Accounts,
): Promise<Result<Extension>> {
  // Written once there is a database: an enrolment without one says that it is gone.
  const enrolled = kept === null ? keepEnrolment(settings.DATA_FOLDER, enrolment) : success(undefined)
  if (!enrolled.ok) return enrolled
  const { office } = engine
  const first = await firstStart({
    office,
    accounts,
    identity,
    station: settings.STATION_CODE,
    stationName: settings.STATION_NAME,
    isNewCounty: kept === null,
    password: isSample ? SAMPLE_PASSWORD : undefined,
  })
  if (!first.ok) return first
  if (isSample && first.value.password !== null) say(`管理员账号:${ADMINISTRATOR}(示例密码)`)
  const told = await tellPasswords(office, accounts, isSample ? null : first.value.password)
  if (!told.ok) return told
  const registry = createRegistry({ office, accounts, cryptography: nodeHost.cryptography, root: identity.node })
  if (isSample) {
    const begun = await beginSample(office)
    const published = begun.ok ? await publishSample(office, accounts) : begun
    if (!published.ok) return published
    answerCodeRequests(office, registry, failed)
  }
  return success({
    enrol: registry.enrol,
    pages: createHubPages(registry),
    register: registry,
    title: settings.STATION_NAME,
  })
}

/** New passwords: the first administrator's, that of an account named at the start, and one that ends the sample's. */
async function tellPasswords(office: Office, accounts: Accounts, first: string | null): Promise<Result<void>> {
  const place = { folder: settings.DATA_FOLDER, isTerminal: process.stdout.isTTY === true, say }
  await dropSpentPassword(office, settings.DATA_FOLDER)
  if (first !== null) {
    const told = tellPassword(place, { id: ADMINISTRATOR, password: first, isFirst: true })
    if (!told.ok) return told
  }
  if (person) {
    const reset = await resetPassword(office, accounts, person)
    const told = reset.ok ? tellPassword(place, { id: person, password: reset.value, isFirst: false }) : reset
    if (!told.ok) return told
  }
  if (isSample) return success(undefined)
  const ended = await endSample(office, accounts)
  if (!ended.ok) {
    // A node starts on a full disk, too; other machines cannot use these accounts meanwhile (rule A86).
    say(`示例账号这次没能停用:${ended.problem.message}。其余照常;${ended.problem.next}下次启动再停用`)
    return success(undefined)
  }
  const { closed, password } = ended.value
  if (closed > 0)
    say(
      `示例模式已结束:${closed} 个账号还用着公开的示例密码,已停用;它们办过的件都在。要继续用的人,请在“人员”页新建账号`,
    )
  return password === null ? success(undefined) : tellPassword(place, { id: ADMINISTRATOR, password, isFirst: false })
}
