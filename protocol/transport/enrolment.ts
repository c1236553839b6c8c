/** Enrolment on the wire: what a new node, its parent and the root say to each other over HTTP, and what each signs. */
import * as z from 'zod'
import type { Cryptography } from '#protocol/engine/ports/host.ts'
import { fromHex, isNodeId, isStationCode, toHex } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { TIERS } from '#protocol/tiers.ts'

const hex = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`))
const NodeIdText = z.string().refine(isNodeId)
const StationText = z.string().refine(isStationCode)
const Name = z
  .string()
  .min(1)
  .max(60)
  .regex(/^[^\n]*$/)

/** A parent shows who it is. The nonce is the caller's; the certificate is null on plain HTTP (loopback only). */
export const ParentHello = z.object({
  node: NodeIdText,
  publicKey: hex(32),
  certificate: hex(32).nullable(),
  signature: hex(64),
})
export type ParentHello = z.output<typeof ParentHello>
export const Nonce = hex(16)

/** A new node asks to join below `parent`. */
export const JoinRequest = z.object({
  secret: z.string().regex(/^[0-9A-Z]{8}$/),
  parent: NodeIdText,
  publicKey: hex(32),
  /** What the machine is to be called; empty to be called like its station. */
  name: Name.or(z.literal('')),
  /** The rules level that its program knows; programs of level 1 do not say it. Nobody gains by a false one, so it is not signed. */
  level: z.int().positive().optional(),
  /** Ed25519 by the new node's key: it holds the key it names. */
  proof: hex(64),
})
export type JoinRequest = z.output<typeof JoinRequest>

/** What the new node is from now on. */
export const Enrolled = z.object({
  node: NodeIdText,
  name: Name,
  lease: z.int().positive(),
  root: z.object({ node: NodeIdText, publicKey: hex(32) }),
  parent: z.object({ node: NodeIdText, publicKey: hex(32), name: Name }),
  /** The station served, then every station above it up to the county. */
  stations: z
    .array(z.object({ id: StationText, name: Name, tier: z.enum(TIERS) }))
    .min(1)
    .max(20),
})
export type Enrolled = z.output<typeof Enrolled>

/** The answer of whoever was asked, over the request: JSON text of {@link Enrolled}, so that the signed bytes are plain. */
export const JoinAnswer = z.object({ enrolled: z.string().max(8_192), signature: hex(64) })
export type JoinAnswer = z.output<typeof JoinAnswer>

/** A refusal, in words for the person at the new node. */
export const JoinRefusal = z.object({
  problem: z.object({ code: z.string(), message: z.string(), kept: z.string(), next: z.string() }),
})

/** An entry with what proves it, as hex: as long as any entry, because a record may name each log of a node and a long reason. */
const Carried = z
  .string()
  .max(2 * (LIMITS.entryBytes + LIMITS.carrierBytes))
  .regex(/^[0-9a-f]+$/)
  .refine((text) => text.length % 2 === 0)

/** The answer to who asks where it belongs: two records of the county stream, each with the root's own signature. */
export const PlacementAnswer = z.object({ node: Carried, parent: Carried })
export type PlacementAnswer = z.output<typeof PlacementAnswer>

/** A node that its parent does not know shows the record of itself that the root signed. */
export const ShownRecord = z.object({ node: Carried })
export type ShownRecord = z.output<typeof ShownRecord>

/** Whoever asks names itself; there is nothing to prove, because the answer says nothing that its neighbours do not hold. */
export const PlacementQuestion = NodeIdText

const bytesOf = (...lines: readonly string[]) => new TextEncoder().encode(lines.join('\n'))

/** The bytes a parent signs to show who it is. */
export const helloBytes = (nonce: string, hello: Omit<ParentHello, 'signature'>): Uint8Array =>
  bytesOf('county-hello-1', nonce, hello.node, hello.publicKey, hello.certificate ?? '-')

/** The bytes a new node signs. */
export const requestBytes = (request: Omit<JoinRequest, 'proof' | 'level'>): Uint8Array =>
  bytesOf('county-join-1', request.parent, request.secret, request.publicKey, request.name)

/** The bytes an answering node signs; they bind the answer to this request. */
export const answerBytes = (request: JoinRequest, enrolled: string): Uint8Array =>
  bytesOf('county-enrolled-1', request.proof, enrolled)

/** Signs in hex. */
export const signHex = async (cryptography: Cryptography, privateKey: unknown, bytes: Uint8Array): Promise<string> =>
  toHex(await cryptography.sign(privateKey, bytes))

/** Verifies hex; hex that is none does not verify. */
export async function verifyHex(
  cryptography: Cryptography,
  publicKey: string,
  bytes: Uint8Array,
  signature: string,
): Promise<boolean> {
  const [key, signed] = [fromHex(publicKey), fromHex(signature)]
  return key !== undefined && signed !== undefined && cryptography.verify(key, bytes, signed)
}

/** Reads JSON text as one of the messages above; undefined when it is not one. */
export function readMessage<Message>(schema: z.ZodType<Message>, text: string): Message | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined // not JSON; the caller says who sent it
  }
}
