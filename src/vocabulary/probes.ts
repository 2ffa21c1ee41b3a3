/** What is asked again and again whether this process lives and works. */
export const PROBES = { health: '/api/health', ready: '/api/ready' } as const;
