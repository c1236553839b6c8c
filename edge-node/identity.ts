/** Who this machine is: its key, made at first start, and what enrolment gave it. */
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { assert } from '#protocol/assert.ts'
import type { KeyPair } from '#protocol/engine/ports/host.ts'
import type { Identity } from '#protocol/engine/ports/identity.ts'
import { fromHex } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { fail, type Result, success } from '#protocol/result.ts'
import { isRefusal, readIfThere, writeDurably } from '#protocol/storage/durable-file.ts'
import { Enrolled } from '#protocol/transport/enrolment.ts'
import { generateKeys, keysFromPem, keysToPem, nodeIdOf } from '#protocol/transport/node-host.ts'

const KEY_FILE = 'node-key.pem'
export const ENROLMENT_FILE = 'enrolment.json'
export const DATABASE_FILE = 'county.db'
export const SIDECAR_FILE = 'sidecar.json'

/** What a node keeps of its enrolment, beside its key. The root has enrolled itself and has no parent. */
const Enrolment = z.object({
  node: Enrolled.shape.node,
  lease: Enrolled.shape.lease,
  root: Enrolled.shape.root,
  /** Name of the county's station, as pages show it before anything has been synced. */
  county: z.string(),
  parent: Enrolled.shape.parent
    .extend({
      /** Where the parent was reached last: https://… or http:// on loopback. */
      address: z.url(),
      /** Fingerprint of the TLS certificate there; null on loopback without TLS, and where it has not been proved yet. */
      certificate: z.string().nullable(),
      /** Other addresses, from the record that named this parent. */
      addresses: z.array(z.url()).max(LIMITS.nodeAddresses).optional(),
      /** Version of this node's own record that named the parent; absent since enrolment. An older one is not believed. */
      version: z.int().min(0).optional(),
    })
    .nullable(),
})
export type Enrolment = z.output<typeof Enrolment>

const damaged = (file: string) =>
  fail(
    'identity-damaged',
    `数据目录中的 ${file} 已损坏或不属于本机`,
    '办件数据没有改动',
    `请从备份恢复 ${file};没有备份时请联系县中心管理员,吊销本节点后重新入网`,
  )

const keyMissing = (folder: string, found: string) =>
  fail(
    'key-missing',
    `数据目录里没有 ${KEY_FILE}(本机的密钥),但有以前的 ${found}`,
    `没有生成新的密钥,没有改动任何文件(数据目录:${folder})`,
    `请从备份恢复 ${KEY_FILE};DATA_FOLDER 写错了或要另装一台的,请改用正确的或空的数据目录。密钥没有备份时:这个目录留着不要删除,乡镇、村的节点由县中心吊销后用新的数据目录重新入网;县中心的密钥丢了,请联系程序的维护人员`,
  )

/** Something of an earlier node in a folder; undefined in a new one. */
const remainsIn = (folder: string): string | undefined =>
  [DATABASE_FILE, SIDECAR_FILE, ENROLMENT_FILE].find((file) => existsSync(join(folder, file)))

/** Whether a node has been started in a folder: it has a database or its record. */
export const hasWorked = (folder: string): boolean =>
  [undefined, ENROLMENT_FILE].every((file) => remainsIn(folder) !== file)

/** What is said where a folder has data and no enrolment. */
export const enrolmentMissing = (folder: string) =>
  fail(
    'enrolment-missing',
    `数据目录里有以前的数据,但没有 ${ENROLMENT_FILE}(入网资料)`,
    `没有重新入网,没有改动任何文件(数据目录:${folder})`,
    `请从备份恢复 ${ENROLMENT_FILE};DATA_FOLDER 写错了或要另装一台的,请改用正确的或空的数据目录。没有备份时:这个目录留着不要删除,请联系县中心管理员;县中心自己的,请联系程序的维护人员`,
  )

/**
 * The node's key: read, or made and stored when the folder has none. The folder is made when missing. Beside what an
 * earlier node left no key is made: it would be another node over the old one's data.
 */
export function loadKeys(folder: string): Result<KeyPair> {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const path = join(folder, KEY_FILE)
    const text = readIfThere(path)
    const remains = text === undefined ? remainsIn(folder) : undefined
    if (remains) return keyMissing(folder, remains)
    if (text === undefined) return success(makeKeys(path))
    const keys = keysFromPem(text)
    return keys ? success(keys) : damaged(KEY_FILE)
  } catch (error) {
    return unusable(folder, error)
  }
}

/** What the system refused, in words; any other error is a bug and goes on. */
function unusable(folder: string, error: unknown) {
  if (!isRefusal(error)) throw error
  const next = '请检查 DATA_FOLDER、磁盘空间和目录权限'
  return fail('folder-unusable', `数据目录 ${folder} 不能使用(${error.code})`, '数据没有改动', next)
}

function makeKeys(path: string): KeyPair {
  const keys = generateKeys()
  writeDurably(path, keysToPem(keys))
  return keys
}

/** What enrolment left in the folder; null when this machine has not joined. */
export function readEnrolment(folder: string, keys: KeyPair): Result<Enrolment | null> {
  let text: string | undefined
  try {
    text = readIfThere(join(folder, ENROLMENT_FILE))
  } catch (error) {
    return unusable(folder, error)
  }
  if (text === undefined) return success(null)
  try {
    const enrolment = Enrolment.parse(JSON.parse(text))
    return enrolment.node === nodeIdOf(keys.publicKey) ? success(enrolment) : damaged(ENROLMENT_FILE)
  } catch {
    return damaged(ENROLMENT_FILE) // no JSON or not ours; the person gets the file's name and the way out
  }
}

/** Keeps an enrolment; from here on the machine has joined. */
export const writeEnrolment = (folder: string, enrolment: Enrolment): void =>
  writeDurably(join(folder, ENROLMENT_FILE), `${JSON.stringify(enrolment, null, 2)}\n`)

/** As {@link writeEnrolment}; says in words that the folder takes nothing. */
export function keepEnrolment(folder: string, enrolment: Enrolment): Result<void> {
  try {
    return success(writeEnrolment(folder, enrolment))
  } catch (error) {
    return unusable(folder, error)
  }
}

function keyBytes(text: string): Uint8Array {
  const bytes = fromHex(text)
  assert(bytes, 'an enrolment is checked when it is read')
  return bytes
}

/** The identity as the engine wants it. */
export function identityOf(keys: KeyPair, enrolment: Enrolment): Identity {
  const { node, lease, root, parent } = enrolment
  return {
    node,
    keys,
    lease,
    root: { node: root.node, publicKey: keyBytes(root.publicKey) },
    parent: parent && { node: parent.node, publicKey: keyBytes(parent.publicKey), name: parent.name },
  }
}
