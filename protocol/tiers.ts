/** The three tiers of the network, from the village up. */

export const TIERS = ['village', 'township', 'county'] as const
export type Tier = (typeof TIERS)[number]
