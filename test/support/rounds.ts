/**
 * How often something is tried that is another thing each time: as often as the suite can wait for, and TEST_ROUNDS times
 * that for a longer proof, `npm run test:long`.
 */
export const rounds = (times: number): number => times * Number(process.env['TEST_ROUNDS'] ?? 1);
