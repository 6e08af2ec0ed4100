import { inspect } from 'node:util';

/** A value that must not be printed. Every way of turning it into text gives dots; only `reveal` gives the value. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return '••••';
  }

  toJSON(): string {
    return '••••';
  }

  [inspect.custom](): string {
    return '••••';
  }
}
