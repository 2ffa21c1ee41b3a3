/** For a laptop: small, few processes, and as durable as any. */
const SETTINGS = {
  max_connections: '100',
  shared_buffers: '32MB',
  huge_pages: 'off',
  jit: 'off',
  // A few MB less than with workers of its own.
  io_method: 'sync',
  max_worker_processes: '1',
  max_parallel_workers: '0',
  max_parallel_workers_per_gather: '0',
  max_logical_replication_workers: '0',
  autovacuum: 'on',
  autovacuum_worker_slots: '2',
  autovacuum_max_workers: '1',
  fsync: 'on',
  wal_level: 'minimal',
  max_wal_senders: '0',
  min_wal_size: '32MB',
  max_wal_size: '256MB',
  timezone: 'UTC',
  // To us, line by line; what happens to statements is told to those who sent them.
  log_destination: 'stderr',
  logging_collector: 'off',
  log_line_prefix: '',
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_checkpoints: 'off',
};

/** As arguments of the server's program; the given ones win. */
export const settingArguments = (own: Readonly<Record<string, string>>): string[] =>
  Object.entries({ ...SETTINGS, ...own }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
