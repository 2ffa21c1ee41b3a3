import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import packageJson from '../../package.json' with { type: 'json' };

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}
interface Job {
  readonly uses?: string;
  readonly needs?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly 'timeout-minutes'?: number;
  readonly steps?: readonly Step[];
}
interface Workflow {
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const ROOT = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, ROOT), 'utf8');
const paths = globSync('.github/workflows/*.yml', { cwd: ROOT.pathname }).sort();
const workflow = (name: string) => parse(read(`.github/workflows/${name}.yml`)) as Workflow;
const stepsOf = ({ jobs }: Workflow) => Object.values(jobs).flatMap(({ steps = [] }) => steps);

test.each(paths)("%s uses others' actions by their commits, with the version beside them", (path) => {
  const uses = read(path).match(/uses: .*/g) ?? [];
  expect(uses.length).toBeGreaterThan(0);
  const pinned = /^uses: (\.\/\S+|[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$/;
  expect(uses.filter((use) => !pinned.test(use))).toEqual([]);
});

test('one action has one commit in all workflows', () => {
  const commits = Map.groupBy(
    paths.flatMap((path) => stepsOf(parse(read(path)) as Workflow).flatMap(({ uses }) => uses ?? [])),
    (uses) => uses.split('@')[0],
  );
  for (const [action, uses] of commits) expect(new Set(uses).size, action).toBe(1);
});

test.each(paths)(
  '%s may read the code and nothing else, but for jobs that say what more, and ends in time',
  (path) => {
    const { permissions, jobs } = parse(read(path)) as Workflow;
    expect(permissions).toEqual({ contents: 'read' });
    for (const [name, job] of Object.entries(jobs)) {
      if (job.uses !== undefined) continue;
      expect(job['timeout-minutes'], name).toBeLessThanOrEqual(60);
      const checkout = job.steps?.find(({ uses }) => uses?.startsWith('actions/checkout@'));
      expect(checkout?.with, name).toMatchObject({ 'persist-credentials': false });
    }
  },
);

test('a change is checked by the one script that anybody can run', () => {
  const runs = stepsOf(workflow('ci')).flatMap(({ run }) => run ?? []);
  expect(runs).toContain('.ci/run');
});

test('what is released was checked first, and says who built it and of what', () => {
  const { jobs } = workflow('release');
  expect(jobs['check']?.uses).toBe('./.github/workflows/ci.yml');
  const { needs, permissions, steps = [] } = jobs['package'] as Job;
  expect(needs).toBe('check');
  expect(permissions).toMatchObject({ 'id-token': 'write', attestations: 'write' });
  const publish = steps.findIndex(({ run }) => run?.includes('npm publish'));
  expect(steps[publish]?.run).toContain('--provenance');
  const attested = steps.slice(0, publish).filter(({ uses }) => uses?.startsWith('actions/attest@'));
  expect(attested.map((step) => 'sbom-path' in (step.with ?? {}))).toEqual([false, true]);

  const image = stepsOf(workflow('image')).find(({ uses }) => uses?.startsWith('docker/build-push-action@'));
  expect(image?.with).toMatchObject({ sbom: true, provenance: 'mode=max' });
});

test('the version of the package has its notes', () => {
  const versions = read('docs/CHANGELOG.md').match(/(?<=^## )\S+/gm);
  expect(versions).toContain(packageJson.version);
});
