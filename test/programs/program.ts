/** The real programs inside a test: what a test starts ends with it. */
import { onTestFinished, vi } from 'vitest'
import type { ProgramName } from '#edge-node/build.ts'
import { ask, signIn } from './calls.ts'
import { type Program, startProgram } from './process.ts'

export { ask, type Program, signIn }

export const until = <Value>(check: () => Value | Promise<Value>, interval = 50): Promise<Value> =>
  vi.waitFor(check, { timeout: 60_000, interval })

/** Starts a program; it is killed when the test is over. */
export function run(name: ProgramName, values: Record<string, string>, words: readonly string[] = []): Program {
  const program = startProgram(name, values, words)
  onTestFinished(async () => {
    await program.end('SIGKILL')
  })
  return program
}

const tokens = new Map<string, string>()

/** A person's API token; asked for once, because a node locks people out who try too often. */
async function tokenAt(address: string, name: string, password: string): Promise<string> {
  const known = tokens.get(`${address} ${name}`)
  if (known) return known
  const body = JSON.stringify({ name, password })
  const headers = { 'content-type': 'application/json' }
  const { text } = await ask(`${address}/api/sign-in`, { method: 'POST', headers, body })
  const { token } = JSON.parse(text) as { token?: string }
  if (!token) throw new Error(text)
  tokens.set(`${address} ${name}`, token)
  return token
}

/** What a node says about its sync, over the API. */
export async function syncOf(address: string, name: string, password: string) {
  const authorization = `Bearer ${await tokenAt(address, name, password)}`
  const answer = await ask(`${address}/api/sync`, { headers: { authorization } })
  if (answer.status === 401) tokens.delete(`${address} ${name}`) // of another program that was there before
  return JSON.parse(answer.text) as {
    readonly node: string
    readonly stations: readonly { readonly id: string }[]
    readonly parent: { readonly name: string; readonly connected: boolean } | null
    readonly findings: readonly { readonly kind: string }[]
    readonly refusal: { readonly message: string } | null
  }
}
