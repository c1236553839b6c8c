/** A program of the model county as a child process: what it says over the private channel, and its end. */
import type { ChildProcess } from 'node:child_process'
import * as z from 'zod'
import { LIMITS } from '#protocol/limits.ts'
import { fail, type Result, success } from '#protocol/result.ts'

const START_MILLISECONDS = 60_000
const NOTHING_LOST = '示例数据没有改动'
const Refusal = z.object({
  refused: z.object({ code: z.string(), message: z.string(), kept: z.string(), next: z.string() }),
})

/** A program that was started: its process, what people call it, and where it writes its log. */
export interface Child {
  readonly process: ChildProcess
  readonly name: string
  readonly log: string
}

/** Waits for a message of a shape; the program's own refusal, its end or a minute of silence is a failure in words. */
export function heard<Message>({ process, name, log }: Child, schema: z.ZodType<Message>): Promise<Result<Message>> {
  return new Promise((resolve) => {
    const next = `原因见 ${log}`
    const settle = (result: Result<Message>) => {
      clearTimeout(timer)
      process.off('message', listen).off('disconnect', gone).off('error', gone)
      resolve(result)
    }
    const listen = (message: unknown) => {
      const refusal = Refusal.safeParse(message)
      if (refusal.success) return settle({ ok: false, problem: refusal.data.refused })
      const read = schema.safeParse(message)
      if (read.success) settle(success(read.data))
    }
    const gone = () => settle(fail('program-ended', `${name}意外停止`, NOTHING_LOST, next))
    const silent = () => settle(fail('program-silent', `${name}在一分钟内没有答复`, NOTHING_LOST, next))
    const timer = setTimeout(silent, START_MILLISECONDS)
    process.on('message', listen).on('disconnect', gone).on('error', gone)
  })
}

/** Waits for the end of a program that does one thing; what it did not do is a failure in words. */
export async function done(child: Child): Promise<Result<void>> {
  const said = await heard(child, z.never()) // it has nothing to say but a refusal
  const { code } = await ended(child.process)
  return said.ok || code === 0 ? success(undefined) : said
}

/** How a program ended: by itself with a code, or by a signal; neither when it never began. */
export interface End {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** The end of a program that ends, has ended or never began. */
export function ended(process: ChildProcess): Promise<End> {
  const { exitCode: code, signalCode: signal, pid } = process
  if (code !== null || signal !== null || pid === undefined) return Promise.resolve({ code, signal })
  return new Promise((resolve) => process.once('exit', (code, signal) => resolve({ code, signal })))
}

/** What ends a program from outside, for people; all other signals are a crash. */
const FROM_OUTSIDE: Readonly<Partial<Record<NodeJS.Signals, string>>> = {
  SIGKILL: '被强行结束:内存不足时系统会这样做,也可能是有人结束了它',
  SIGTERM: '在别人要求下停止',
  SIGINT: '在别人要求下停止',
  SIGHUP: '因所在的终端关闭而停止',
}

/** An end that nobody wanted, in words. */
export function endInWords({ code, signal }: End): string {
  if (signal) return `${FROM_OUTSIDE[signal] ?? '崩溃'}(信号 ${signal})`
  return code === 0 ? '在别人要求下停止(代码 0)' : `意外停止(代码 ${code})`
}

/** Asks a program to stop, and makes it after the bound that it keeps itself. */
export async function stopped(process: ChildProcess): Promise<void> {
  const end = ended(process)
  const timer = setTimeout(() => process.kill('SIGKILL'), LIMITS.stopMilliseconds + 1_000)
  process.kill('SIGTERM')
  await end
  clearTimeout(timer)
}
