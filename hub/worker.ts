/** The county hub on Workers: not there yet, and it says so; the storage contract and the app it will host are. */
import { Hono } from 'hono'

const app = new Hono()

/** 503 with what to do: a county must not believe that an empty hub is its hub. */
app.all('*', (context) =>
  context.json(
    {
      code: 'hub-not-on-workers-yet',
      message: '县中心程序暂不能在 Workers 上运行。',
      kept: '没有接收任何数据。',
      next: '请用 npm run hub 在服务器上运行县中心。',
    },
    503,
  ),
)

export default app
