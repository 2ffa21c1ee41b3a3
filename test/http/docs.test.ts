import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { PROBLEMS } from '../../src/errors.ts';
import { createHttpApp } from '../../src/http/app.ts';
import { docsRoutes } from '../../src/http/routes/docs.ts';
import { startTestApp, type TestApp } from '../support/app.ts';

type Json = Record<string, unknown>;
type Content = Record<string, { schema: Json; example?: unknown }>;
type Answer = { content?: Content; headers?: Json };
type Operation = {
  operationId: string;
  tags: string[];
  summary: string;
  requestBody?: { content: Content };
  responses: Record<string, Answer & { $ref?: string }>;
} & Json;
interface Document extends Json {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  tags: { name: string }[];
  components: { schemas: Record<string, Json>; responses: Record<string, Answer> };
}

const PREDICTION = ['200', '400', '404', '410', '413', '415', '422'];

/** Every operation of the contract, with the statuses it may answer. */
const CONTRACT: Record<string, string[]> = {
  'post /api/ml/v1/datasets/upload': ['201', '400', '413', '415', '422'],
  'get /api/ml/v1/datasets': ['200', '400'],
  'get /api/ml/v1/datasets/{id}': ['200', '404'],
  'patch /api/ml/v1/datasets/{id}': ['200', '400', '404', '409', '413', '415'],
  'get /api/ml/v1/datasets/{id}/download': ['200', '206', '304', '404', '416'],
  'delete /api/ml/v1/datasets/{id}': ['204', '404', '409'],
  'delete /api/ml/v1/datasets/expired': ['200', '400'],
  'post /api/ml/v1/training-runs': ['202', '400', '404', '415', '422'],
  'get /api/ml/v1/training-runs': ['200', '400'],
  'get /api/ml/v1/training-runs/{id}': ['200', '404'],
  'patch /api/ml/v1/training-runs/{id}': ['200', '400', '404', '409', '413', '415'],
  'get /api/ml/v1/training-runs/{id}/events': ['200', '404'],
  'get /api/ml/v1/training-runs/{id}/trace': ['200', '404'],
  'get /api/ml/v1/datasets/{id}/runs/compare': ['200', '400', '404', '422'],
  'post /api/ml/v1/training-runs/{id}/cancel': ['202', '404', '409'],
  'get /api/ml/v1/artifacts': ['200', '400'],
  'get /api/ml/v1/artifacts/{id}': ['200', '404', '410'],
  'patch /api/ml/v1/artifacts/{id}': ['200', '400', '404', '409', '410', '413', '415'],
  'get /api/ml/v1/artifacts/{id}/download': ['200', '206', '304', '404', '410', '416'],
  'get /api/ml/v1/artifacts/{id}/card': ['200', '404', '410'],
  'get /api/ml/v1/artifacts/{id}/evaluation': ['200', '400', '404', '410'],
  'get /api/ml/v1/artifacts/{id}/drift': ['200', '400', '404', '410'],
  'get /api/ml/v1/artifacts/{id}/quality': ['200', '400', '404', '410'],
  'post /api/ml/v1/artifacts/{id}/feedback': ['200', '400', '404', '410', '413', '415'],
  'delete /api/ml/v1/artifacts/{id}': ['200', '404', '409', '410'],
  'post /api/ml/v1/artifacts/{id}/predict': PREDICTION,
  'post /api/ml/v1/artifacts/{id}/predict/table': PREDICTION,
  'get /api/ml/v1/models': ['200', '400'],
  'get /api/ml/v1/models/{name}': ['200', '400', '404'],
  'patch /api/ml/v1/models/{name}': ['200', '400', '404', '409', '413', '415'],
  'delete /api/ml/v1/models/{name}': ['204', '400', '404', '409'],
  'get /api/ml/v1/models/{name}/history': ['200', '400', '404'],
  'post /api/ml/v1/models/{name}/versions': ['200', '201', '400', '404', '409', '410', '413', '415'],
  'get /api/ml/v1/models/{name}/versions': ['200', '400', '404'],
  'get /api/ml/v1/models/{name}/versions/{version}': ['200', '400', '404'],
  'delete /api/ml/v1/models/{name}/versions/{version}': ['204', '400', '404', '409'],
  'put /api/ml/v1/models/{name}/aliases/{alias}': ['200', '400', '404', '409', '413', '415'],
  'delete /api/ml/v1/models/{name}/aliases/{alias}': ['204', '400', '404'],
  'post /api/ml/v1/models/{name}/feedback': ['200', '400', '404', '413', '415'],
  'post /api/ml/v1/models/{name}@{alias}/predict': PREDICTION,
  'post /api/ml/v1/models/{name}@{alias}/predict/table': PREDICTION,
  'post /api/ml/v1/models/{name}/versions/{version}/predict': PREDICTION,
  'post /api/ml/v1/models/{name}/versions/{version}/predict/table': PREDICTION,
  'get /api/ml/v1/metrics/trends': ['200', '400'],
  'get /api/ml/v1/metrics/summary': ['200', '400'],
  'get /api/ml/v1/service/metrics': ['200', '400'],
  'get /api/ml/v1/service/alerts': ['200', '400'],
  'get /api/ml/v1/service/alerts/{name}': ['200', '400', '404'],
  'get /api/health': ['200'],
  'get /api/ready': ['200', '503'],
};

let app: TestApp;
let document: Document;
beforeAll(async () => {
  app = await startTestApp();
  document = await app.api.json<Document>(await app.api.call('/api/openapi.json'));
});
afterAll(() => app[Symbol.asyncDispose]());

const operations = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ name: `${method} ${path}`, operation })),
  );

describe('the OpenAPI description', () => {
  test('is valid OpenAPI 3.1 with a title and a version', async () => {
    expect(document.openapi).toBe('3.1.0');
    expect(document['info']).toMatchObject({ title: 'mlops-backend', version: packageJson.version });
    expect(await new Validator().validate(structuredClone(document))).toEqual({ valid: true });
  });

  test('has every operation of the contract, with each of its statuses', () => {
    const described = Object.fromEntries(
      operations().map(({ name, operation }) => [name, Object.keys(operation.responses)]),
    );
    expect(Object.keys(described).sort()).toEqual(Object.keys(CONTRACT).sort());
    for (const [name, statuses] of Object.entries(CONTRACT))
      expect([name, described[name]]).toEqual([name, expect.arrayContaining(statuses)]);
  });

  test('leaves out none of the routes that are really there', () => {
    const unused = () => {
      throw new Error('no route is called here');
    };
    const served = createHttpApp({
      metricsPath: '/metrics',
      metricsToken: undefined,
      corsOrigins: [],
      adminKey: undefined,
      api: new Proxy({}, { get: () => unused }) as never,
      health: { version: '0', role: 'all', checks: {} },
      logger: undefined as never,
    })
      .routes.filter(
        ({ method, path }) =>
          method !== 'ALL' && !/^\/(api\/(docs|runbooks|openapi\.json)|assets)/.test(path),
      )
      .filter(({ path }) => !['/', '/api', '/api/ml/v1', '/mcp'].includes(path))
      .map(({ method, path }) => `${method.toLowerCase()} ${path.replace(/:(\w+)/g, '{$1}')}`);
    expect([...new Set(served)].sort()).toEqual(Object.keys(CONTRACT).sort());
  });

  test('calls each operation by a verb, and says what it is for', () => {
    for (const { name, operation } of operations()) {
      const { operationId, summary, tags } = operation;
      expect([name, operationId]).toEqual([
        name,
        expect.stringMatching(
          /^(get|list|create|annotate|compare|register|upload|download|watch|trace|cancel|set|send|delete|predict)([A-Z][a-z]+)*$/,
        ),
      ]);
      expect([name, summary]).toEqual([name, expect.stringMatching(/\S/)]);
      expect([name, document.tags.map((tag) => tag.name)]).toEqual([name, expect.arrayContaining(tags)]);
      expect([name, tags]).toEqual([name, [expect.any(String)]]);
    }
    const ids = operations().map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('has an example of each body that is sent and each that is answered', () => {
    for (const { name, operation } of operations()) {
      const answers = Object.values(operation.responses).filter(({ $ref }) => !$ref);
      for (const { content = {} } of [...answers, operation.requestBody ?? {}])
        for (const [type, media] of Object.entries(content))
          expect([name, type, media.example]).toEqual([name, type, expect.anything()]);
    }
  });

  test('says of each error that it is a problem, and which codes it comes with', () => {
    const told = new Map<string, string>();
    for (const { name, operation } of operations()) {
      const refused = Object.entries(operation.responses).filter(([status]) => Number(status) >= 400);
      if (/^get \/api\/(health|ready)$/.test(name)) continue;
      expect([name, refused.map(([status]) => status)]).toEqual([
        name,
        expect.arrayContaining(['401', '500', '503']),
      ]);
      for (const [status, { $ref }] of refused) told.set($ref as string, status);
    }
    expect([...new Set(told.values())].length).toBe(told.size);

    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema({ $id: 'api', components: document.components });
    for (const [ref, status] of told) {
      const { content = {} } = document.components.responses[ref.split('/').at(-1) as string] as Answer;
      const { schema, example } = content['application/problem+json'] as Content[string];
      const validate = ajv.compile({ $ref: `api${schema['$ref']}` });
      expect([ref, validate(example), validate.errors]).toEqual([ref, true, null]);
      for (const [code, problem] of Object.entries(PROBLEMS))
        expect([ref, code, validate({ ...(example as Json), ...problem, code })]).toEqual([
          ref,
          code,
          problem.status === Number(status),
        ]);
    }
  });

  test('names every parameter of a path', () => {
    for (const { name, operation } of operations()) {
      const wanted = [...name.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter);
      const parameters = (operation['parameters'] ?? []) as {
        in: string;
        name: string;
        required?: boolean;
      }[];
      const named = parameters.filter((parameter) => parameter.in === 'path');
      expect([name, named.map((parameter) => parameter.name)]).toEqual([name, wanted]);
      expect(named.every((parameter) => parameter.required === true)).toBe(true);
    }
  });

  test('says that a model called by name tells its version, and one called by its artifact does not', () => {
    const told = operations()
      .filter(({ name }) => name.includes('/predict'))
      .map(({ name, operation }) => [
        name.split('/')[4],
        Object.keys(operation.responses['200']?.headers ?? {}),
      ]);
    for (const [place, headers] of told)
      expect(headers).toEqual(place === 'models' ? ['Model-Drift', 'Model-Version'] : ['Model-Drift']);
    expect(told).toHaveLength(6);
  });

  test('has schemas that are valid, and references that lead somewhere', () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema({ $id: 'api', components: document.components });
    for (const name of Object.keys(document.components.schemas))
      expect(() => ajv.compile({ $ref: `api#/components/schemas/${name}` })).not.toThrow();
    const references = JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g);
    for (const [, name] of references) expect(document.components.schemas).toHaveProperty(name as string);
  });

  test('describes the answers as they are', async () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema({ $id: 'api', components: document.components });
    const conforms = (schema: string, answer: unknown) => {
      const validate = ajv.compile({
        $ref: `api#/components/schemas/${schema}`,
        unevaluatedProperties: false,
      });
      expect([schema, validate(answer), validate.errors]).toEqual([schema, true, null]);
    };
    const get = async (path: string) => app.api.json(await app.api.call(path));

    const dataset = await app.api.uploadFile('wine_train.csv');
    conforms('UploadedDataset', dataset);
    conforms('DatasetWithProfile', await get(`/datasets/${dataset.dataset_id}`));
    conforms('DatasetPage', await get('/datasets'));
    const run = await app.api.train(dataset.dataset_id);
    conforms('TrainingRun', run);
    conforms('TrainingRunPage', await get('/training-runs'));
    conforms('Artifact', await get(`/artifacts/${run.artifact_id}`));
    conforms('ArtifactPage', await get('/artifacts'));
    conforms('ModelCard', await get(`/artifacts/${run.artifact_id}/card`));
    const row = Object.fromEntries(Array.from({ length: 13 }, (_, i) => [`f${i}`, 1]));
    conforms('ArtifactDrift', await get(`/artifacts/${run.artifact_id}/drift`));
    const rows = Array(500).fill(row);
    const prediction = await app.api.post(`/artifacts/${run.artifact_id}/predict`, { rows });
    conforms('Prediction', await app.api.json(prediction));
    conforms('ArtifactDrift', await get(`/artifacts/${run.artifact_id}/drift`));
    const { artifact_id } = run;
    conforms(
      'ModelVersion',
      await app.api.json(await app.api.post('/models/wine/versions', { artifact_id })),
    );
    const promotion = {
      method: 'PUT',
      body: '{"version":1}',
      headers: { 'content-type': 'application/json' },
    };
    conforms(
      'ModelVersion',
      await app.api.json(await app.api.call('/models/wine/aliases/production', promotion)),
    );
    conforms('Model', await get('/models/wine'));
    conforms('ModelPage', await get('/models'));
    conforms('ModelVersionPage', await get('/models/wine/versions'));
    conforms('ModelHistory', await get('/models/wine/history'));
    conforms('Artifact', await get(`/artifacts/${artifact_id}`));
    conforms('Trends', await get('/metrics/trends'));
    conforms('Summary', await get('/metrics/summary'));
    conforms(
      'RemovedExpired',
      await app.api.json(await app.api.call('/datasets/expired', { method: 'DELETE' })),
    );
    conforms('Health', await get('/api/health'));
    conforms('Readiness', await get('/api/ready'));
    conforms('Problem', await get('/datasets/nonsense'));
  });
});

describe('the documentation page', () => {
  test('works offline: all it loads comes from here', async () => {
    const page = await app.api.call('/api/docs');
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    const html = await page.text();
    expect(html).not.toMatch(/https?:|\/\//);

    const loaded = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path as string);
    expect(loaded.length).toBeGreaterThanOrEqual(3);
    for (const path of loaded) {
      const asset = await app.api.call(path);
      expect([path, asset.status]).toEqual([path, 200]);
      const text = await asset.text();
      // Style sheets and scripts may name a site in words, but load nothing from it.
      expect(text).not.toMatch(/@import|url\(["']?(https?:)?\/\//);
    }
  });

  test('is one route for all that it loads: in metrics they are one', () => {
    expect(docsRoutes().routes.map(({ path }) => path)).toEqual(['/api/docs', '/api/docs/:asset']);
  });

  test('shows the description of this service, and tells no validator on the web about it', async () => {
    const script = await (await app.api.call('/api/docs/start.js')).text();
    expect(script).toContain("url: '/api/openapi.json'");
    expect(script).toContain('validatorUrl: null');
  });
});
