import { readdirSync } from 'node:fs';
import { ROOT, readYaml } from './monitoring-files.ts';

const FOLDER = 'infra/monitoring/grafana/provisioning/datasources/';

export interface DataSource {
  readonly name: string;
  readonly uid: string;
  readonly type: string;
  readonly url: string;
  readonly isDefault?: boolean;
  readonly jsonData: Readonly<Record<string, unknown>>;
}

export interface DataSourceFile {
  readonly prune: boolean;
  readonly datasources: readonly DataSource[];
}

/** What Grafana is provisioned with, by file. */
export const dataSourceFiles: Readonly<Record<string, DataSourceFile>> = Object.fromEntries(
  readdirSync(new URL(FOLDER, ROOT)).map((file) => [file, readYaml(`${FOLDER}${file}`) as DataSourceFile]),
);

export const dataSources: readonly DataSource[] = Object.values(dataSourceFiles).flatMap(
  ({ datasources }) => datasources,
);
