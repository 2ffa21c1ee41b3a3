import type { IncomingMessage, ServerResponse } from 'node:http';

const waiting = new WeakSet<IncomingMessage>();

/**
 * A client that asks before it sends (`Expect: 100-continue`) is told to go on when somebody begins to read the body: one
 * that is refused before that has sent nothing in vain.
 */
export function continueWhenRead(incoming: IncomingMessage, outgoing: ServerResponse): void {
  const read = incoming._read;
  waiting.add(incoming);
  incoming._read = (size) => {
    incoming._read = read;
    waiting.delete(incoming);
    if (!outgoing.headersSent) outgoing.writeContinue();
    incoming._read(size);
  };
}

/** Whether its client has asked, and was not told yet. */
export const awaitsContinue = (incoming: IncomingMessage): boolean => waiting.has(incoming);
