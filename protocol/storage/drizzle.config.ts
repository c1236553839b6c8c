/** Where drizzle-kit finds the schema and puts the migrations; one folder serves libSQL and Durable Objects. */
import { defineConfig } from 'drizzle-kit'

export default defineConfig({
  dialect: 'sqlite',
  schema: './protocol/storage/schema.ts',
  out: './protocol/storage/migrations',
})
