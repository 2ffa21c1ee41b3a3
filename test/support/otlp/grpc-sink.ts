import {
  type Metadata,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type sendUnaryData,
} from '@grpc/grpc-js';
import { type Fields, readMessage } from './protobuf.ts';
import { Received } from './received.ts';
import { REQUESTS } from './schema.ts';

/** Where OTLP is sent by gRPC. */
export interface GrpcSink
  extends Pick<Received, 'spans' | 'logs' | 'metrics' | 'resources'>,
    AsyncDisposable {
  readonly url: string;
  /** What each call brought beside its message. */
  readonly metadata: readonly Metadata[];
}

/** The services of opentelemetry-proto, each with one method, by the message that it takes. */
const SERVICES: Readonly<Record<string, Fields | undefined>> = {
  'trace.v1.TraceService': REQUESTS['/v1/traces'],
  'logs.v1.LogsService': REQUESTS['/v1/logs'],
  'metrics.v1.MetricsService': REQUESTS['/v1/metrics'],
};

export async function startGrpcSink(): Promise<GrpcSink> {
  const all = new Received();
  const metadata: Metadata[] = [];
  const server = new Server();
  for (const [service, fields = {}] of Object.entries(SERVICES))
    server.addService(
      {
        export: {
          path: `/opentelemetry.proto.collector.${service}/Export`,
          requestStream: false,
          responseStream: false,
          requestDeserialize: (bytes: Buffer) => readMessage(bytes, fields),
          requestSerialize: () => Buffer.alloc(0),
          responseDeserialize: () => ({}),
          // A message without fields: all was taken.
          responseSerialize: () => Buffer.alloc(0),
        },
      },
      {
        export(call: ServerUnaryCall<object, object>, answer: sendUnaryData<object>) {
          metadata.push(call.metadata);
          all.take(call.request);
          answer(null, {});
        },
      },
    );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return {
    url: `http://127.0.0.1:${port}`,
    spans: all.spans,
    logs: all.logs,
    metrics: all.metrics,
    resources: all.resources,
    metadata,
    async [Symbol.asyncDispose]() {
      server.forceShutdown();
    },
  };
}
