import { fork } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { tied } from '../support/tied.ts';
import { Exposition } from './exposition-reader.ts';

export type FixtureEvent =
  | { readonly event: 'listening'; readonly port: number }
  | { readonly event: 'held' }
  | { readonly event: 'hung up' }
  | { readonly event: 'scrape failed' | 'scrape incomplete'; readonly reason: string }
  | { readonly event: 'done'; readonly id: number }
  | {
      readonly event: 'described';
      readonly telemetry: boolean;
      readonly imported: readonly string[];
      readonly connections: number;
    };

export interface FixtureCommand {
  readonly id: number;
  readonly command:
    | 'release'
    | 'use everything'
    | 'fetch from itself'
    | 'break a callback'
    | 'hang a callback'
    | 'collect garbage'
    | 'shut down telemetry'
    | 'describe'
    | 'describe a worker thread';
  readonly databaseUrl?: string;
}

type EventOf<Name extends FixtureEvent['event']> = FixtureEvent & { event: Name };

/** The fixture application in a process of its own, started as the service is: with `--import register.ts`. */
export class Fixture implements AsyncDisposable {
  static async start(env: Readonly<Record<string, string>> = {}): Promise<Fixture> {
    const { PATH = '' } = process.env;
    const child = tied(
      fork(new URL('./fixture-server.ts', import.meta.url), {
        detached: true,
        env: { PATH, ...env },
        execArgv: [
          '--disable-warning=ExperimentalWarning',
          '--expose-gc',
          '--import',
          fileURLToPath(new URL('./import-recorder.ts', import.meta.url)),
          '--import',
          fileURLToPath(new URL('../../src/telemetry/register.ts', import.meta.url)),
        ],
        // Away from any .env of the checkout.
        cwd: fileURLToPath(new URL('.', import.meta.url)),
      }),
    );
    const fixture = new Fixture(child);
    const { port } = await fixture.event('listening');
    fixture.port = port;
    return fixture;
  }

  port = 0;
  private readonly child: ReturnType<typeof fork>;
  private readonly events = new EventEmitter();
  private commands = 0;

  private constructor(child: ReturnType<typeof fork>) {
    this.child = child;
    this.events.setMaxListeners(0);
    child.on('message', (message: FixtureEvent) => this.events.emit(message.event, message));
    child.once('exit', (code) => this.events.emit('error', new Error(`the fixture exited with ${code}`)));
    this.events.on('error', () => {});
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The next event of that name. */
  async event<Name extends FixtureEvent['event']>(name: Name): Promise<EventOf<Name>> {
    const [message] = await once(this.events, name);
    return message;
  }

  /** Resolves when the fixture has carried the command out. */
  async command(
    command: FixtureCommand['command'],
    options: Pick<FixtureCommand, 'databaseUrl'> = {},
  ): Promise<void> {
    this.commands += 1;
    const id = this.commands;
    this.child.send({ id, command, ...options });
    while ((await this.event('done')).id !== id);
  }

  async describe(): Promise<EventOf<'described'>> {
    const described = this.event('described');
    await this.command('describe');
    return described;
  }

  async get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    const response = await fetch(`${this.origin}${path}`, { headers });
    return new Response(await response.arrayBuffer(), response);
  }

  /** A request whose client hangs up while it is answered; over when the fixture has noticed. */
  async hangUp(): Promise<void> {
    const held = this.event('held');
    const request = this.request('GET', '/held/1').end();
    request.on('error', () => {});
    await held;
    const hungUp = this.event('hung up');
    request.destroy();
    await hungUp;
    await this.command('release');
  }

  /** A request that fetch would not make: any method, a body that may be cut short. */
  request(method: string, path: string) {
    return request({ host: '127.0.0.1', port: this.port, method, path, agent: false });
  }

  /** @returns the status of a request with any method */
  async status(method: string, path: string): Promise<number> {
    const [response] = await once(this.request(method, path).end(), 'response');
    await text(response);
    return response.statusCode;
  }

  async scrape(): Promise<Exposition> {
    const response = await this.get('/metrics');
    if (response.status !== 200) throw new Error(`the scrape was answered ${response.status}`);
    return new Exposition(await response.text());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.child.exitCode !== null) return;
    const exited = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exited;
  }
}
