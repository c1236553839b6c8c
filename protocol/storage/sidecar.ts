/** The small file outside the database that tells at start whether the database went back in time or was copied. */
import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { z } from 'zod'
import { isNodeId, MAXIMUM_INCARNATION } from '#protocol/ids.ts'
import type { FileIdentity, Sidecar, SidecarReading } from '#protocol/log/incarnation.ts'
import { writeDurably } from './durable-file.ts'
import { storageFailure } from './faults.ts'

const HEX_HASH = /^[0-9a-f]{64}$/
const whole = z.number().int().nonnegative()

const SHAPE = z.object({
  node: z.string().refine(isNodeId),
  incarnation: z.number().int().min(1).max(MAXIMUM_INCARNATION),
  boots: whole,
  ownHeads: z.record(z.string(), z.object({ seq: whole, hash: z.string().regex(HEX_HASH) })),
  identity: z.object({
    device: z.string(),
    inode: z.string(),
    born: z.number().nullable(),
    machine: z.string().nullable(),
  }),
})

const sumOf = (text: string): string => createHash('sha256').update(text).digest('hex')

const codeOf = (error: unknown): unknown => (error as { code?: unknown }).code

/** Reads the sidecar; what is wrong with it is part of the answer. */
export async function readSidecar(path: string): Promise<SidecarReading> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? { state: 'missing' } : { state: 'damaged', reason: String(error) }
  }
  const [body, sum] = text.split('\n')
  if (body === undefined || sum !== sumOf(body)) return { state: 'damaged', reason: '校验和不符' }
  const parsed = SHAPE.safeParse(JSON.parse(body))
  return parsed.success
    ? { state: 'present', sidecar: parsed.data as Sidecar }
    : { state: 'damaged', reason: z.prettifyError(parsed.error) }
}

/**
 * Writes the sidecar so that a power cut leaves the old one or the new one. Callers write it at start and then at
 * most once a second while heads move, always after the commit: it may lag behind the database.
 * @throws StorageFailure
 */
export async function writeSidecar(path: string, sidecar: Sidecar): Promise<void> {
  const body = JSON.stringify(sidecar)
  try {
    writeDurably(path, `${body}\n${sumOf(body)}\n`)
  } catch (error) {
    throw storageFailure(error)
  }
}

/**
 * The identity of a database file on this machine.
 * @throws StorageFailure
 */
export async function fileIdentityOf(path: string): Promise<FileIdentity> {
  const found = await stat(path, { bigint: true }).catch((error: unknown) => {
    throw storageFailure(error)
  })
  return {
    device: String(found.dev),
    inode: String(found.ino),
    born: found.birthtimeMs === 0n ? null : Number(found.birthtimeMs),
    machine: await machineName(),
  }
}

/** A hash of the machine id, which its own manual page asks not to show as it is; null where there is none. */
async function machineName(): Promise<string | null> {
  try {
    return sumOf(`county-sidecar ${(await readFile('/etc/machine-id', 'utf8')).trim()}`).slice(0, 32)
  } catch {
    return null // Windows and some containers have no such file; the file's own identity must do
  }
}
