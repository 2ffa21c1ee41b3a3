import type { Attributes, AttributeValue } from '@opentelemetry/api';
import { prometheusLabel } from '../prometheus-names.ts';
import { escapeLabelValue } from './text-format.ts';

const names = new Map<string, string>();

/** Attributes as labels, by name, in the order in which they are written. */
export function labelsOf(attributes: Attributes): ReadonlyMap<string, string> {
  const labels = new Map<string, string>();
  for (const key of Object.keys(attributes).sort()) {
    const value = attributes[key];
    if (value === undefined) continue;
    const name = labelName(key);
    const before = labels.get(name);
    // Two attributes that become one label: their values are joined, as the OpenTelemetry specification says.
    labels.set(name, before === undefined ? attributeText(value) : `${before};${attributeText(value)}`);
  }
  return labels;
}

/** @returns `a="x",b="y"`, or nothing when there are no attributes */
export const labelText = oncePerSeries((attributes) =>
  Array.from(labelsOf(attributes), ([name, value]) => `${name}="${escapeLabelValue(value)}"`).join(),
);

/** One attributes object stands for a series from scrape to scrape, so what is made of it is made once. */
export function oncePerSeries<Made>(
  make: (attributes: Attributes) => Made,
): (attributes: Attributes) => Made {
  const made = new WeakMap<Attributes, Made>();
  return (attributes) => {
    let own = made.get(attributes);
    if (own === undefined) {
      own = make(attributes);
      made.set(attributes, own);
    }
    return own;
  };
}

function attributeText(value: AttributeValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function labelName(key: string): string {
  let name = names.get(key);
  if (name === undefined) {
    name = prometheusLabel(key);
    names.set(key, name);
  }
  return name;
}
