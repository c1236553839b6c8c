/** What the API answers, as schemas: they are the OpenAPI document's components and type the handlers. */
export * from './shapes/case.ts'
export * from './shapes/deadline.ts'
export * from './shapes/exchange.ts'
export { stageNames, stationCode } from './shapes/identifiers.ts'
export * from './shapes/item.ts'
export * from './shapes/network.ts'
export * from './shapes/records.ts'
