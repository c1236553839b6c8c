/** The three tiers of the network, from the village up. */

export const TIERS = ['village', 'township', 'county'] as const
export type Tier = (typeof TIERS)[number]

/** Tiers that have windows; a village has an agent. */
export const WINDOW_TIERS = ['township', 'county'] as const satisfies readonly Tier[]
