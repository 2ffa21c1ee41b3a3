/** What each server answers to GET /api/health: as much as ours does. */
export const HEALTH = { status: 'ok', version: '0.1.0', role: 'all' };

/** Tells the parent where it listens. */
export const listening = (port) => process.send({ port });
