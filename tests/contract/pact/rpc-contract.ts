import { loadSync, type AnyDefinition } from '@grpc/proto-loader';
import { resolve } from 'node:path';

/** What a descriptor says of a field (google/protobuf/descriptor.proto). */
interface Field {
  name: string;
  number: number;
  type: string;
  label: string;
  typeName: string;
}

interface Message {
  name: string;
  field: Field[];
}

/** A method as both sides have to see it. */
interface Method {
  path: string;
  requestStream: boolean;
  responseStream: boolean;
  requestType: { type: object };
  responseType: { type: object };
}

/** A proto file, read. */
export interface Contract {
  methods: ReadonlyMap<string, Method>;
  messages: ReadonlyMap<string, Message>;
}

const ROOT = resolve(import.meta.dirname, '../../..');

/** Reads a proto file. @param path from the root of the repository */
export function readContract(path: string): Contract {
  const methods = new Map<string, Method>();
  const messages = new Map<string, Message>();
  for (const definition of Object.values<AnyDefinition>(loadSync(resolve(ROOT, path)))) {
    if ('fileDescriptorProtos' in definition) {
      const { type } = definition as { type: object };
      if ('field' in type) messages.set((type as Message).name, type as Message);
    } else {
      for (const method of Object.values(definition)) {
        methods.set(method.path, method);
      }
    }
  }
  return { methods, messages };
}

/**
 * What keeps a consumer with its own `copy` from talking to a producer, each in words; nothing if
 * they understand each other. The producer may have more methods, messages and fields.
 */
export function breaksOf(copy: Contract, producer: Contract): string[] {
  const breaks: string[] = [];
  for (const [path, used] of copy.methods) {
    const offered = producer.methods.get(path);
    if (!offered) {
      breaks.push(`${path} is not offered`);
      continue;
    }
    for (const side of ['requestStream', 'responseStream'] as const) {
      if (used[side] !== offered[side]) breaks.push(`${path}: ${side} is ${offered[side]}`);
    }
    for (const side of ['requestType', 'responseType'] as const) {
      const [ours, theirs] = [used[side].type as Message, offered[side].type as Message];
      if (ours.name !== theirs.name) breaks.push(`${path}: ${side} is ${theirs.name}`);
    }
  }
  for (const [name, used] of copy.messages) {
    const offered = producer.messages.get(name);
    if (offered) breaks.push(...fieldBreaks(used, offered));
    else breaks.push(`${name} is not there`);
  }
  return breaks;
}

function fieldBreaks(used: Message, offered: Message): string[] {
  return used.field.flatMap((field) => {
    const where = `${used.name}.${field.name}`;
    const other = offered.field.find(({ number }) => number === field.number);
    if (!other) return [`${where}: number ${field.number} is not there`];
    return (['name', 'type', 'label', 'typeName'] as const)
      .filter((property) => String(field[property]) !== String(other[property]))
      .map((property) => `${where}: ${property} is ${String(other[property])}`);
  });
}
