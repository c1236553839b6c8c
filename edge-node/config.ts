/** The edge node's configuration: a table of environment variables, read and checked once at the door. */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import * as z from 'zod'
import { LOG_LEVELS } from '#edge-node/log.ts'
import { failure, type Result, success } from '#protocol/result.ts'

/** One environment variable: what README shows and what is checked. */
export interface Variable<Value> {
  /** What it is for, for people. */
  readonly purpose: string
  /** A value that would be right, shown beside a wrong one. */
  readonly example: string
  /** Used when the variable is not set; undefined when it must be set. */
  readonly fallback?: string
  /** Its value is never printed. */
  readonly secret?: boolean
  readonly schema: z.ZodType<Value>
}
export type Variables = Readonly<Record<string, Variable<unknown>>>
export type ValuesOf<Table extends Variables> = { readonly [Name in keyof Table]: z.output<Table[Name]['schema']> }
export type Environment = Readonly<Record<string, string | undefined>>

/** What is wrong with one variable. */
export interface Problem {
  readonly variable: string
  /** The value as it was found; null when it is secret or not set. */
  readonly seen: string | null
  readonly message: string
  readonly example: string
}

const certificateFile = z
  .string()
  .refine((path) => reads(() => new X509Certificate(readFileSync(path))), '文件不存在、无法读取或不是 PEM 证书')
  .or(z.literal(''))
const keyFile = z
  .string()
  .refine((path) => reads(() => createPrivateKey(readFileSync(path))), '文件不存在、无法读取或不是 PEM 私钥')
  .or(z.literal(''))

/** An empty variable counts as not set: that is how people switch one off in a service file. */
export const EDGE_NODE_VARIABLES = {
  DATA_FOLDER: {
    purpose: '数据目录:数据库、节点密钥和证书都在这里,须在本机硬盘上',
    example: '/var/lib/county-service/data',
    fallback: 'data/node',
    schema: z.string().min(1, '不能为空'),
  },
  DESK_HOST: {
    purpose: '监听地址:工作台、接口和节点链路共用。默认只有本机能访问',
    example: '0.0.0.0',
    fallback: '127.0.0.1',
    schema: z.string().refine((text) => isIP(text) !== 0 || text === 'localhost', '须是本机的 IP 地址'),
  },
  DESK_PORT: {
    purpose: '监听端口;0 表示由系统选一个空闲端口',
    example: '8443',
    fallback: '8080',
    schema: z.string().regex(/^\d+$/, '须是数字').transform(Number).pipe(z.number().max(65_535, '端口不超过 65535')),
  },
  TLS_CERTIFICATE: {
    purpose: 'TLS 证书文件(PEM)。不填时,监听本机以外的地址会自动生成自签名证书',
    example: '/etc/county-service/certificate.pem',
    fallback: '',
    schema: certificateFile,
  },
  TLS_KEY: {
    purpose: 'TLS 私钥文件(PEM),与 TLS_CERTIFICATE 一起填写',
    example: '/etc/county-service/key.pem',
    fallback: '',
    schema: keyFile,
  },
  DESK_WITHOUT_TLS: {
    purpose:
      '填 accept-risk 时,对本机以外也用明文 HTTP 提供工作台(密码和身份证号会明文经过网络)。节点链路不受影响,仍只接受本机明文',
    example: 'accept-risk',
    fallback: '',
    schema: z.enum(['', 'accept-risk'], '只能不填,或填 accept-risk'),
  },
  LOG_LEVEL: {
    purpose: '日志详细程度:debug、info、warn、error',
    example: 'info',
    fallback: 'info',
    schema: z.enum(LOG_LEVELS, `只能是 ${LOG_LEVELS.join('、')}`),
  },
} as const satisfies Variables

export type EdgeNodeConfiguration = ValuesOf<typeof EDGE_NODE_VARIABLES>

function reads(read: () => unknown): boolean {
  try {
    read()
    return true
  } catch {
    return false // the message of the schema says so
  }
}

/** Whether an address is reached from this machine alone. */
export const isLoopback = (host: string): boolean =>
  /^(localhost|127\.\d+\.\d+\.\d+|::1|\[::1\]|::ffff:127\..*)$/.test(host)

/** Reads a table of variables; every problem is reported, not only the first. */
export function readVariables<Table extends Variables>(
  table: Table,
  environment: Environment,
): Result<ValuesOf<Table>, readonly Problem[]> {
  const values: Record<string, unknown> = {}
  const problems: Problem[] = []
  for (const [name, variable] of Object.entries(table)) {
    const found = environment[name] || undefined
    const problem = (message: string) =>
      problems.push({
        variable: name,
        seen: variable.secret ? null : (found ?? null),
        message,
        example: variable.example,
      })
    const text = found ?? variable.fallback
    if (text === undefined) {
      problem('必须填写')
      continue
    }
    const parsed = variable.schema.safeParse(text)
    if (parsed.success) values[name] = parsed.data
    else problem(parsed.error.issues.map((issue) => issue.message).join(';'))
  }
  return problems.length > 0 ? failure(problems) : success(values as ValuesOf<Table>)
}

/** Adds what can only be seen by looking at several variables together. */
export function checkTogether(environment: Environment): readonly Problem[] {
  const [certificate, key] = [environment.TLS_CERTIFICATE || '', environment.TLS_KEY || '']
  const problem = (variable: 'TLS_CERTIFICATE' | 'TLS_KEY', message: string): readonly Problem[] => [
    { variable, seen: null, message, example: EDGE_NODE_VARIABLES[variable].example },
  ]
  if (certificate === '' && key === '') return []
  if (certificate === '') return problem('TLS_CERTIFICATE', '填写了 TLS_KEY 就必须一起填写')
  if (key === '') return problem('TLS_KEY', '填写了 TLS_CERTIFICATE 就必须一起填写')
  const fits = () => new X509Certificate(readFileSync(certificate)).checkPrivateKey(createPrivateKey(readFileSync(key)))
  // Files that cannot be read have their own problem already.
  return reads(fits) && !fits() ? problem('TLS_KEY', '私钥与 TLS_CERTIFICATE 的证书不是一对') : []
}

/** Reads a program's configuration; all problems at once. */
export function readConfiguration<Table extends Variables>(
  table: Table,
  environment: Environment = process.env,
): Result<ValuesOf<Table>, readonly Problem[]> {
  const read = readVariables(table, environment)
  const problems = [...(read.ok ? [] : read.problem), ...checkTogether(environment)]
  return read.ok && problems.length === 0 ? read : failure(problems)
}

/** All problems as people read them at the console. */
export function problemsAsText(problems: readonly Problem[]): string {
  const lines = problems.map(({ variable, seen, message, example }) => {
    const value = seen === null ? '' : `,现在的值:${JSON.stringify(seen)}`
    return `  ${variable}:${message}${value}\n      例如:${variable}=${example}`
  })
  return [`配置有 ${problems.length} 处问题,程序没有启动,数据没有改动:`, ...lines].join('\n')
}
