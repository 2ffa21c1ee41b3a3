import type { Attributes, AttributeValue } from '@opentelemetry/api';
import { prometheusLabel } from '../prometheus-names.ts';
import { escapeLabelValue } from './text-format.ts';

// The SDK keeps one attributes object for a series from scrape to scrape, so its text is made once.
const texts = new WeakMap<Attributes, string>();
const names = new Map<string, string>();

/** @returns `a="x",b="y"`, or nothing when there are no attributes */
export function labelText(attributes: Attributes): string {
  let text = texts.get(attributes);
  if (text === undefined) {
    text = render(attributes);
    texts.set(attributes, text);
  }
  return text;
}

function render(attributes: Attributes): string {
  const labels = new Map<string, string>();
  for (const key of Object.keys(attributes).sort()) {
    const value = attributes[key];
    if (value === undefined) continue;
    const name = labelName(key);
    const before = labels.get(name);
    // Two attributes that become one label: their values are joined, as the OpenTelemetry specification says.
    labels.set(name, before === undefined ? attributeText(value) : `${before};${attributeText(value)}`);
  }
  return Array.from(labels, ([name, value]) => `${name}="${escapeLabelValue(value)}"`).join();
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
