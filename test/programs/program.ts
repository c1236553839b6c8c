/** The real programs as processes: started from their bundles, spoken to over their sockets, ended by their own id. */
import { type ChildProcess, spawn } from 'node:child_process'
import { type ClientRequestArgs, request as plainRequest } from 'node:http'
import { request as secureRequest } from 'node:https'
import { onTestFinished, vi } from 'vitest'
import { bundlePath, type ProgramName } from '#edge-node/build.ts'
import { environmentWith } from '#hub/config.ts'

export const until = <Value>(check: () => Value | Promise<Value>, interval = 50): Promise<Value> =>
  vi.waitFor(check, { timeout: 30_000, interval })

export interface Program {
  readonly child: ChildProcess
  /** Both streams, as far as they have come. */
  text(): string
  /** Exit code; null when a signal ended it. */
  readonly ended: Promise<number | null>
  /** The desk's address, once it listens. */
  address(): Promise<string>
  /** Sends a signal and waits for the end. */
  end(signal?: NodeJS.Signals): Promise<number | null>
}

/** Starts a program; it is killed when the test is over. */
export function run(name: ProgramName, values: Record<string, string>, words: readonly string[] = []): Program {
  const env = environmentWith({ DESK_PORT: '0', ...values })
  const child = spawn(process.execPath, [bundlePath(name), ...words], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8')
    stream.on('data', (part) => {
      text += part
    })
  }
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)))
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
  })
  return {
    child,
    ended,
    text: () => text,
    address: () =>
      until(() => {
        const address = /工作台:(https?:\S+)/.exec(text)?.[1]
        if (!address) throw new Error(`does not listen yet:\n${text}`)
        return address
      }),
    async end(signal = 'SIGTERM') {
      child.kill(signal)
      return ended
    },
  }
}

interface Answer {
  readonly status: number
  readonly text: string
  readonly cookies: readonly string[]
  readonly location: string | undefined
}

interface Call extends ClientRequestArgs {
  readonly body?: string
}

/** One request; certificates are not what these tests are about. */
export function ask(address: string, { body, ...options }: Call = {}): Promise<Answer> {
  const make = address.startsWith('https') ? secureRequest : plainRequest
  return new Promise((resolve, reject) => {
    const settings = { rejectUnauthorized: false, agent: false as const, timeout: 20_000, ...options }
    const request = make(address, settings, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (part) => {
        text += part
      })
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          text,
          cookies: (response.headers['set-cookie'] ?? []).map((cookie) => cookie.split(';')[0] ?? ''),
          location: response.headers.location,
        }),
      )
    })
    request.once('error', reject)
    request.once('timeout', () => request.destroy(new Error('no answer')))
    request.end(body)
  })
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }
const csrfOf = (page: string) => /name="csrf" value="([^"]+)"/.exec(page)?.[1] ?? ''

/** A person in a browser at a node's desk. */
export async function signIn(address: string, name: string, password: string) {
  const form = await ask(`${address}/sign-in`)
  const headers = { cookie: form.cookies.join('; '), origin: address, ...FORM }
  const body = new URLSearchParams({ csrf: csrfOf(form.text), name, password }).toString()
  const signedIn = await ask(`${address}/sign-in`, { method: 'POST', headers, body })
  const cookie = signedIn.cookies.join('; ')
  if (signedIn.status !== 303) throw new Error(`not signed in: ${signedIn.status} ${signedIn.text}`)
  return {
    get: (path: string) => ask(`${address}${path}`, { headers: { cookie } }),
    async post(page: string, path: string, values: Record<string, string>) {
      const { text } = await ask(`${address}${page}`, { headers: { cookie } })
      const typed = new URLSearchParams({ csrf: csrfOf(text), ...values }).toString()
      return ask(`${address}${path}`, { method: 'POST', headers: { cookie, origin: address, ...FORM }, body: typed })
    },
  }
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
  return JSON.parse(answer.text) as {
    readonly node: string
    readonly stations: readonly { readonly id: string }[]
    readonly parent: { readonly name: string; readonly connected: boolean } | null
    readonly findings: readonly { readonly kind: string }[]
    readonly refusal: { readonly message: string } | null
  }
}
