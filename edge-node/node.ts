/** A running node: database, engine, desk, API, door and links composed on one listening socket. */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { Hono } from 'hono'
import { type Certificate, careForCertificate, certificateFor } from '#edge-node/certificate.ts'
import { type Accounts, createAccounts } from '#edge-node/commands/account/accounts.ts'
import type { CountyRegister } from '#edge-node/commands/county-register.ts'
import type { ParentDoor } from '#edge-node/commands/station/parent-address.ts'
import { type EdgeNodeConfiguration, isLoopback } from '#edge-node/config.ts'
import { createApi } from '#edge-node/desk/api/api.ts'
import { serveAssets } from '#edge-node/desk/assets.ts'
import { createDesk, type MorePages } from '#edge-node/desk/desk.ts'
import { careForDisk, tryDisk } from '#edge-node/disk-care.ts'
import { createDoor, faultAnswer } from '#edge-node/door.ts'
import { acceptLinks } from '#edge-node/downlink.ts'
import { onlyOwnNames } from '#edge-node/host-names.ts'
import { type Enrolment, identityOf } from '#edge-node/identity.ts'
import type { Log } from '#edge-node/log.ts'
import { createParent, type Parent } from '#edge-node/parent.ts'
import { type Following, followParent } from '#edge-node/parent-following.ts'
import { type Database, followHeads, type Opening, openDatabase } from '#edge-node/restored-database.ts'
import { createNodeServer, listen, onlyFromHere, renewCertificate } from '#edge-node/server.ts'
import { startUplink, type Uplink } from '#edge-node/uplink.ts'
import { VERSION } from '#edge-node/version.ts'
import type { Engine } from '#protocol/engine/engine.ts'
import { openEngine } from '#protocol/engine/open.ts'
import type { KeyPair } from '#protocol/engine/ports/host.ts'
import type { NodeId } from '#protocol/ids.ts'
import { type Result, success } from '#protocol/result.ts'
import type { Enrolled, JoinRequest } from '#protocol/transport/enrolment.ts'
import { nodeHost } from '#protocol/transport/node-host.ts'

/** What differs between the programs: who decides joins, and which pages are added. */
export interface Extension {
  readonly enrol: (request: JoinRequest) => Promise<Result<Enrolled>>
  readonly pages?: MorePages
  /** The county's register, for writes over the API. */
  readonly register?: CountyRegister
  readonly title: string
}

export interface NodeOptions extends Omit<Opening, 'root'> {
  readonly settings: EdgeNodeConfiguration
  readonly keys: KeyPair
  readonly enrolment: Enrolment
  readonly log: Log
  /** Told of bugs; the program ends. */
  failed(error: unknown): void
  /** Called once the engine is open and before anybody can connect. */
  extend(engine: Engine, accounts: Accounts, parent: Parent | null): Promise<Result<Extension>>
}

export interface RunningNode {
  readonly engine: Engine
  readonly address: string
  /** Ends everything in order; safe to call twice. */
  stop(): Promise<void>
}

/** Starts a node; a failure leaves nothing open. */
export async function startNode(options: NodeOptions): Promise<Result<RunningNode>> {
  const { settings, enrolment, log } = options
  const database = await openDatabase(settings.DATA_FOLDER, enrolment.node, {
    ...options,
    root: enrolment.root.node,
  })
  if (!database.ok) return database
  const { storage, incarnation, verdict, rotated, findings } = database.value
  if (findings.length > 0) log.warn({ verdict, incarnation }, 'database and sidecar differ: new incarnation')
  const identity = identityOf(options.keys, enrolment)
  const version = VERSION
  const progress = (documents: number) => log.info({ documents }, 'after an update: what is computed is made anew')
  const bug = (error: unknown) => log.error({ error: describe(error) }, 'a bug: one request or one link was ended')
  const given = { storage, host: nodeHost, identity, incarnation, rotated, version, findings, progress, bug }
  const engine = await openEngine(given)
  if (!engine.ok) {
    await storage.close()
    return engine
  }
  await tryDisk(engine.value)
  for (const { message } of findings) await engine.value.office.audit(null, 'restore', { details: message })
  const serving = await serve(options, engine.value, database.value)
  if (serving.ok) return serving
  await engine.value.stop()
  await storage.close()
  return serving
}

async function serve(options: NodeOptions, engine: Engine, database: Database): Promise<Result<RunningNode>> {
  const { settings, log, failed, enrolment } = options
  const { time } = engine.office
  const first = await certificateFor(settings, time())
  if (!first.ok) return first
  let certificate = first.value
  const secure = certificate !== null
  const accounts = createAccounts(engine.office, {
    isPublic: !isLoopback(settings.DESK_HOST),
    warned: (about, message) => log.warn(about, message),
  })
  const parent = enrolment.parent ? parentOf(options, engine) : null
  const extension = await options.extend(engine, accounts, parent)
  if (!extension.ok) return extension

  const following = parent && followParent({ ...nodeHost, engine, node: enrolment.node, parent, log, failed })
  let uplink: Uplink | null = null
  const door = parent && following && parentDoor(parent, following, () => uplink?.callNow())
  const app = createApp(options, engine, accounts, extension.value, { certificate: () => certificate, door })
  const server = createNodeServer(app.fetch, certificate)
  const renewed = (next: Certificate) => {
    certificate = next
    renewCertificate(server, next)
  }
  const downlink = acceptLinks(server, { links: engine, log, secure, failed, about: (node) => aboutNode(engine, node) })
  const listening = await listen(server, settings.DESK_HOST, settings.DESK_PORT, secure)
  if (!listening.ok) return listening
  const sidecar = followHeads(engine, database, nodeHost.after, failed)
  const care = careForDisk({ engine, unclean: database.unclean, after: nodeHost.after, failed })
  const own = certificate && settings.TLS_CERTIFICATE === '' ? certificate : null
  const watch = own && careForCertificate(own, { ...nodeHost, now: time, folder: settings.DATA_FOLDER, log, renewed })
  const { node } = enrolment
  uplink =
    parent &&
    following &&
    startUplink({ ...nodeHost, links: engine, node, parent, following, log, chance: Math.random })
  uplink?.running.catch(failed)
  log.info({ address: listening.value.address, node: enrolment.node }, 'node started')

  const stopAll = async () => {
    uplink?.stop()
    following?.stop()
    care.stop()
    watch?.stop()
    const closed = listening.value.close()
    await engine.stop()
    downlink.close()
    await closed
    await sidecar.stop()
    await database.storage.close()
  }
  let stopping: Promise<void> | undefined
  const stop = () => {
    stopping ??= stopAll()
    return stopping
  }
  return success({ engine, address: listening.value.address, stop })
}

const parentOf = ({ settings, keys, enrolment }: NodeOptions, { office }: Engine): Parent =>
  createParent({
    folder: settings.DATA_FOLDER,
    keys,
    enrolment,
    cryptography: nodeHost.cryptography,
    told: (node) => office.directory.node(node)?.addresses ?? [],
  })

const parentDoor = (parent: Parent, following: Following, callNow: () => void): ParentDoor => ({
  callNow,
  places: () => ({
    name: parent.current().name,
    addresses: parent.addresses().map((address) => ({ address, problem: parent.problemAt(address) })),
    notTaken: following.notTaken(),
  }),
  async moveTo(address) {
    const moved = await following.moveTo(address)
    return moved.ok ? success(moved.value.is === 'known' ? 'known' : 'moved') : moved
  },
})

/** Who a node below is, for the log. */
function aboutNode({ office: { directory } }: Engine, node: NodeId): object {
  const record = directory.node(node)
  return { name: record?.name, stations: record?.stations }
}

function createApp(
  { settings, keys, enrolment, log }: NodeOptions,
  { office }: Engine,
  accounts: Accounts,
  { enrol, pages, register, title }: Extension,
  { certificate, door: parent }: { readonly certificate: () => Certificate | null; readonly door: ParentDoor | null },
): Hono {
  const app = new Hono()
  const secure = certificate() !== null
  const onFault = (error: unknown) => log.error({ error: describe(error) }, 'a request failed')
  const noted = (about: object, message: string) => log.info(about, message)
  app.onError(faultAnswer(onFault))
  if (!secure) app.use('/join/*', onlyFromHere)
  const door = {
    identity: identityOf(keys, enrolment),
    cryptography: nodeHost.cryptography,
    certificate: () => certificate()?.fingerprint ?? null,
    now: office.now,
    after: nodeHost.after,
    placementOf: office.placementOf,
    recognise: office.recognise,
    relays: enrolment.parent !== null,
    enrol,
  }
  app.route('/', createDoor(door))
  const addresses = () => office.directory.node(enrolment.node)?.addresses ?? []
  app.use(onlyOwnNames({ certificate: certificate()?.certificate ?? null, addresses }))
  app.route('/api', createApi({ office, accounts, secure, report: onFault, ...(register ? { register } : {}) }))
  serveAssets(app, async ({ file }) => new Uint8Array(await readFile(fileURLToPath(import.meta.resolve(file)))))
  app.route(
    '/',
    createDesk({
      office,
      accounts,
      title,
      secure,
      hubPages: pages,
      onFault,
      noted,
      ...(parent ? { parent } : {}),
    }),
  )
  if (settings.DESK_WITHOUT_TLS === 'accept-risk' && !isLoopback(settings.DESK_HOST))
    log.warn(
      { host: settings.DESK_HOST },
      'DESK_WITHOUT_TLS: passwords and identity numbers cross the network in clear',
    )
  return app
}

/** An error as the log keeps it. */
export const describe = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error)
