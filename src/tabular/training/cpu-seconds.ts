/** Of what `process.cpuUsage` and `process.threadCpuUsage` tell in microseconds. */
export const cpuSeconds = ({ user, system }: NodeJS.CpuUsage): number => (user + system) / 1e6;
