/** Reads Prometheus text 0.0.4 strictly enough to fail on anything Prometheus would refuse. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Family {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly samples: Sample[];
}

export class Exposition {
  readonly text: string;
  readonly families = new Map<string, Family>();

  constructor(text: string) {
    this.text = text;
    const seen = new Set<string>();
    let help = '';
    let family: Family | undefined;
    for (const line of text.split('\n').slice(0, -1)) {
      const comment = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line);
      if (comment?.[1] === 'HELP') {
        help = comment[3] ?? '';
      } else if (comment) {
        const [, , name = '', type = ''] = comment;
        if (this.families.has(name)) throw new Error(`two TYPE lines for ${name}`);
        family = { name, type, help, samples: [] };
        this.families.set(name, family);
      } else {
        const sample = readSample(line);
        const series = `${sample.name}${JSON.stringify(Object.entries(sample.labels).sort())}`;
        if (seen.has(series)) throw new Error(`duplicate series ${series}`);
        seen.add(series);
        if (!family || !belongs(sample.name, family)) throw new Error(`sample outside its family: ${line}`);
        family.samples.push(sample);
      }
    }
  }

  samples(name: string): readonly Sample[] {
    return [...this.families.values()].flatMap((family) => family.samples.filter((s) => s.name === name));
  }

  /** The value of the one series of `name` with exactly these labels; undefined when it is absent. */
  value(name: string, labels: Readonly<Record<string, string>> = {}): number | undefined {
    const wanted = JSON.stringify(Object.entries(labels).sort());
    return this.samples(name).find((s) => JSON.stringify(Object.entries(s.labels).sort()) === wanted)?.value;
  }

  /** Sum over the series of `name` that carry at least these labels. */
  sum(name: string, labels: Readonly<Record<string, string>> = {}): number {
    return this.samples(name)
      .filter((s) => Object.entries(labels).every(([label, value]) => s.labels[label] === value))
      .reduce((sum, { value }) => sum + value, 0);
  }

  /** Every series whose name starts with `prefix`, without its value. */
  series(prefix: string): readonly string[] {
    return this.text
      .split('\n')
      .filter((line) => line.startsWith(prefix))
      .map((line) => line.slice(0, line.lastIndexOf(' ')));
  }
}

function belongs(sample: string, { name, type }: Family): boolean {
  return type === 'histogram'
    ? [`${name}_bucket`, `${name}_sum`, `${name}_count`].includes(sample)
    : sample === name;
}

function readSample(line: string): Sample {
  const match = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line);
  if (!match) throw new Error(`not a sample: ${line}`);
  const [, name = '', labelText = '', value = ''] = match;
  const labels: Record<string, string> = {};
  let rest = labelText;
  while (rest !== '') {
    const label = /^([a-zA-Z_]\w*)="((?:[^"\\]|\\[\\n"])*)"(?:,|$)/.exec(rest);
    if (!label) throw new Error(`bad labels: ${line}`);
    const [all, key = '', text = ''] = label;
    if (key in labels) throw new Error(`label ${key} twice: ${line}`);
    labels[key] = text.replace(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
    rest = rest.slice(all.length);
  }
  return { name, labels, value: Number(value.replace('Inf', 'Infinity')) };
}
