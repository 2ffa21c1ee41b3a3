import {
  bytesField,
  concatBytes,
  doubleBytes,
  intField,
  intsField,
  messageField,
  stringField,
} from './protobuf.ts';

/** Element types of TensorProto. */
export const ELEMENT = { int64: 7, string: 8, double: 11 } as const;
export type ElementType = keyof typeof ELEMENT;

/** Types of AttributeProto. */
const ATTRIBUTE = { int: 2, tensor: 4, ints: 7, strings: 8 } as const;

const IR_VERSION = 8;
const OPSET = 15;
const ML_OPSET = 3;
const ML_DOMAIN = 'ai.onnx.ml';

/**
 * Builds an ONNX model, node by node. Field numbers are those of onnx.proto
 * (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto); operators of opset 15 and ai.onnx.ml 3.
 */
export class OnnxGraph {
  readonly #nodes: Uint8Array[] = [];
  readonly #constants: Uint8Array[] = [];
  readonly #inputs: Uint8Array[] = [];
  readonly #outputs: Uint8Array[] = [];
  readonly #taken: Set<string>;
  #next = 0;

  /** @param taken names the graph's own values must not have */
  constructor(taken: Iterable<string>) {
    this.#taken = new Set(taken);
  }

  input(name: string, type: ElementType, dims: readonly (number | string)[]): void {
    this.#inputs.push(valueInfo(11, name, type, dims));
  }

  /** Makes a value an output, under a name of its own. */
  output(value: string, name: string, type: ElementType, dims: readonly (number | string)[]): void {
    this.#nodes.push(nodeField('Identity', [value], [name], [], ''));
    this.#outputs.push(valueInfo(12, name, type, dims));
  }

  /** Adds an operator with one output; returns its name. */
  op(type: string, inputs: readonly string[], attributes: readonly Uint8Array[] = []): string {
    const out = this.#fresh();
    this.#nodes.push(nodeField(type, inputs, [out], attributes, ''));
    return out;
  }

  /** The same for an operator of the ai.onnx.ml domain. */
  mlOp(type: string, inputs: readonly string[], attributes: readonly Uint8Array[]): string {
    const out = this.#fresh();
    this.#nodes.push(nodeField(type, inputs, [out], attributes, ML_DOMAIN));
    return out;
  }

  doubles(values: ArrayLike<number>, dims: readonly number[]): string {
    const name = this.#fresh();
    this.#constants.push(messageField(5, [...doubleTensor(values, dims), stringField(8, name)]));
    return name;
  }

  ints(values: readonly number[], dims: readonly number[]): string {
    const name = this.#fresh();
    const fields = [
      intsField(1, dims),
      intField(2, ELEMENT.int64),
      intsField(7, values),
      stringField(8, name),
    ];
    this.#constants.push(messageField(5, fields));
    return name;
  }

  strings(values: readonly string[]): string {
    const name = this.#fresh();
    const data = values.map((value) => stringField(6, value));
    const fields = [
      intsField(1, [values.length]),
      intField(2, ELEMENT.string),
      ...data,
      stringField(8, name),
    ];
    this.#constants.push(messageField(5, fields));
    return name;
  }

  number(value: number): string {
    return this.doubles([value], []);
  }

  /** The model file. */
  serialise(producer: string, metadata: Readonly<Record<string, string>>): Uint8Array {
    const graph = [
      ...this.#nodes,
      stringField(2, 'pipeline'),
      ...this.#constants,
      ...this.#inputs,
      ...this.#outputs,
    ];
    return concatBytes([
      intField(1, IR_VERSION),
      stringField(2, producer),
      messageField(7, graph),
      messageField(8, [stringField(1, ''), intField(2, OPSET)]),
      messageField(8, [stringField(1, ML_DOMAIN), intField(2, ML_OPSET)]),
      ...Object.entries(metadata).map(([key, value]) =>
        messageField(14, [stringField(1, key), stringField(2, value)]),
      ),
    ]);
  }

  #fresh(): string {
    let name: string;
    do {
      name = `v${this.#next++}`;
    } while (this.#taken.has(name));
    return name;
  }
}

export function intAttribute(name: string, value: number): Uint8Array {
  return attribute(name, ATTRIBUTE.int, [intField(3, value)]);
}

export function intsAttribute(name: string, values: readonly number[]): Uint8Array {
  return attribute(name, ATTRIBUTE.ints, [intsField(8, values)]);
}

export function stringsAttribute(name: string, values: readonly string[]): Uint8Array {
  return attribute(
    name,
    ATTRIBUTE.strings,
    values.map((value) => stringField(9, value)),
  );
}

export function doublesAttribute(name: string, values: ArrayLike<number>): Uint8Array {
  return attribute(name, ATTRIBUTE.tensor, [messageField(5, doubleTensor(values, [values.length]))]);
}

function attribute(name: string, type: number, body: readonly Uint8Array[]): Uint8Array {
  return messageField(5, [stringField(1, name), ...body, intField(20, type)]);
}

function doubleTensor(values: ArrayLike<number>, dims: readonly number[]): Uint8Array[] {
  return [intsField(1, dims), intField(2, ELEMENT.double), bytesField(9, doubleBytes(values))];
}

function nodeField(
  type: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: readonly Uint8Array[],
  domain: string,
): Uint8Array {
  return messageField(1, [
    ...inputs.map((name) => stringField(1, name)),
    ...outputs.map((name) => stringField(2, name)),
    stringField(4, type),
    ...attributes,
    stringField(7, domain),
  ]);
}

function valueInfo(
  field: number,
  name: string,
  type: ElementType,
  dims: readonly (number | string)[],
): Uint8Array {
  const shape = messageField(
    2,
    dims.map((dim) => messageField(1, [typeof dim === 'number' ? intField(1, dim) : stringField(2, dim)])),
  );
  const tensor = messageField(1, [intField(1, ELEMENT[type]), shape]);
  return messageField(field, [stringField(1, name), messageField(2, [tensor])]);
}
