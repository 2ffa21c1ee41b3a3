/** Thrown by a handler that gives its job back unfinished, which is no error: it shall be delivered again. */
export class HandedBack extends Error {
  constructor(options: ErrorOptions = {}) {
    super('handed back', options);
    this.name = 'HandedBack';
  }
}
