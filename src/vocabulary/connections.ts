/** Whose connections to the database they are: of requests and trainings, of the queue itself, of the gauges. */
export const CONNECTION_POOLS = ['work', 'queue', 'gauges'] as const;
export type ConnectionPool = (typeof CONNECTION_POOLS)[number];
