import { isMainThread } from 'node:worker_threads';
import { config } from '../environment.ts';
import { metricPush, otelEnvironment, spanProtocol } from './otel-environment.ts';
import { otelFaults } from './otel-faults.ts';
import { telemetryStarted } from './running.ts';

/**
 * Starts telemetry before the program: `node --import ./src/telemetry/register.ts src/main.ts`. Switched off, it
 * imports nothing more, because an instrumentation patches as soon as it is constructed. Worker threads inherit
 * `--import`; what they do is told by the main thread.
 */
const { OTEL_SDK_DISABLED: disabled, OTEL_TRACES_SAMPLER_ARG: samplerArgument } = process.env;

if (isMainThread && config.metrics.enabled && disabled?.toLowerCase() !== 'true') {
  for (const { name, fault } of otelFaults(process.env)) {
    process.stderr.write(`telemetry: ${name}: ${fault}\n`);
    delete process.env[name];
  }
  const environment = otelEnvironment(process.env);
  Object.assign(process.env, environment);

  const { register, supportsSyncHooks } = await import('import-in-the-middle/register-hooks.mjs');
  if (supportsSyncHooks()) {
    register({ include: ['http', 'node:http', 'https', 'node:https', 'pino', 'pg', 'pg-pool'] });
  } else {
    process.stderr.write(
      `telemetry: Node ${process.versions.node} has no synchronous loader hooks, nothing will be told of what libraries do; use 24.11.1 or newer\n`,
    );
  }

  const { startSdk } = await import('./sdk.ts');
  telemetryStarted(
    startSdk(config, {
      traces: environment.OTEL_TRACES_EXPORTER !== 'none',
      spansBy: spanProtocol(process.env),
      sampler: { name: environment.OTEL_TRACES_SAMPLER, argument: samplerArgument },
      logs: environment.OTEL_LOGS_EXPORTER !== 'none',
      metrics: metricPush(process.env),
    }),
  );
}
