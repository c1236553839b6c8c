/** The hub's configuration: the edge node's variables and what only the root of the tree needs. */
import * as z from 'zod'
import { EDGE_NODE_VARIABLES, type Variable, type Variables } from '#edge-node/config.ts'
import { isStationCode } from '#protocol/ids.ts'

export const HUB_VARIABLES = {
  ...EDGE_NODE_VARIABLES,
  DATA_FOLDER: { ...EDGE_NODE_VARIABLES.DATA_FOLDER, fallback: 'data/hub' },
  STATION_CODE: {
    purpose: '县级站点代码(行政区划代码,6 到 15 位数字);首次启动后不能再改',
    example: '510724',
    schema: z.string().refine(isStationCode, '须是 6 到 15 位数字'),
  },
  STATION_NAME: {
    purpose: '县级站点名称;首次启动时使用',
    example: '安县政务服务中心',
    schema: z.string().min(2, '至少 2 个字').max(60, '不超过 60 个字'),
  },
  SAMPLE_DATA: {
    purpose:
      '填 yes 时,首次启动写入一个示例县:站点、部门、窗口、人员、授权书和事项目录(仅供试用,不得用于办件);以后不填时,仍用公开密码的示例账号即停用',
    example: 'yes',
    fallback: '',
    schema: z.enum(['', 'yes'], '只能不填,或填 yes'),
  },
} as const satisfies Variables

/** The environment of a program started by this one: ours, with every variable of the table as given or not set. */
export const environmentWith = (values: Readonly<Record<string, string>>): NodeJS.ProcessEnv => ({
  ...process.env,
  ...Object.fromEntries(Object.keys(HUB_VARIABLES).map((name) => [name, ''])),
  ...values,
})

/** The rows of README's table of variables; a test compares them. */
export function variableRows(): readonly string[] {
  return Object.entries<Variable<unknown>>(HUB_VARIABLES).map(([name, { purpose, example, fallback }]) => {
    const edge: Variable<unknown> | undefined = (EDGE_NODE_VARIABLES as Variables)[name]
    const where = edge ? '' : '(仅县中心)'
    const usual = fallback === undefined ? '必填' : fallback === '' ? '不填' : `\`${fallback}\``
    const others = edge && edge.fallback !== fallback ? `(县中心);\`${edge.fallback}\`(其他节点)` : ''
    return `| \`${name}\` | ${purpose}${where} | \`${example}\` | ${usual}${others} |`
  })
}
