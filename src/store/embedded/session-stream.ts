import { Duplex } from 'node:stream';
import { errorFrame, greetingFrames, queryFrame, readAnswer, readyFrame, takeFrame } from './frames.ts';
import type { Gate } from './gate.ts';

/** What a session needs of PGlite. */
type WireBackend = { execProtocolRaw(message: Uint8Array): Promise<Uint8Array> };

export type Sessions = {
  readonly backend: WireBackend;
  readonly gate: Gate;
  readonly serverVersion: string;
  /** Streams that hear notifications. */
  readonly open: Set<Duplex>;
};

const sslRequestCode = 80_877_103;
/** Query, Sync, Flush, CopyDone, CopyFail: after one of these a client waits for an answer. */
const asksForAnswer = /^[QSHcf]$/u;
const waitedTooLong =
  'The embedded store was busy with another transaction for too long. Keep transactions short, and do not use a second connection inside one.';

type Session = {
  greeted: boolean;
  gone: boolean;
  unread: Buffer;
  batch: Buffer[];
  /** Batches of one client run in order. */
  tail: Promise<void>;
};

/**
 * The socket of one `pg.Client`, answered by the one backend in this process. A batch of messages is atomic, and a
 * client keeps the backend from its first message until the backend says it is idle, so transactions never mix. A
 * client that goes away in a transaction is rolled back.
 */
export function openSession(sessions: Sessions): Duplex {
  const holder = Symbol('session');
  const { gate, backend } = sessions;
  const session: Session = { greeted: false, gone: false, unread: Buffer.alloc(0), batch: [], tail: Promise.resolve() };

  const rollBack = async (): Promise<void> => {
    if (!gate.holds(holder)) return;
    try {
      await backend.execProtocolRaw(queryFrame('ROLLBACK'));
    } finally {
      gate.leave(holder);
    }
  };

  const tellEverybody = (notification: Buffer): void => {
    for (const each of sessions.open) each.push(notification);
  };

  const run = async (batch: Buffer): Promise<void> => {
    if (session.gone) return;
    if (!(await gate.enter(holder))) {
      stream.push(Buffer.concat([errorFrame('55P03', waitedTooLong), readyFrame]));
      return;
    }
    if (session.gone) return rollBack();
    const answer = readAnswer(Buffer.from(await backend.execProtocolRaw(batch)));
    stream.push(answer.frames);
    for (const notification of answer.notifications) tellEverybody(notification);
    if (answer.status === 'idle') gate.leave(holder);
  };

  const close = (): Promise<void> => {
    session.gone = true;
    sessions.open.delete(stream);
    session.tail = session.tail.then(rollBack).catch(() => undefined);
    return session.tail;
  };

  const greet = (packet: Buffer): void => {
    if (packet.readInt32BE(4) === sslRequestCode) {
      stream.push('N');
      return;
    }
    session.greeted = true;
    stream.push(greetingFrames(sessions.serverVersion));
  };

  const accept = (message: Buffer): void => {
    const type = String.fromCharCode(message[0] ?? 0);
    if (type === 'X') return;
    session.batch.push(message);
    if (!asksForAnswer.test(type)) return;
    const batch = Buffer.concat(session.batch);
    session.batch = [];
    session.tail = session.tail
      .then(() => run(batch))
      .catch((error: unknown) => void stream.destroy(error instanceof Error ? error : new Error(String(error))));
  };

  const stream = new Duplex({
    read: () => undefined,
    write(chunk: Buffer, _encoding, done) {
      session.unread = Buffer.concat([session.unread, chunk]);
      let taken = takeFrame(session.unread, session.greeted);
      while (taken !== null) {
        session.unread = taken.rest;
        if (session.greeted) accept(taken.frame);
        else greet(taken.frame);
        taken = takeFrame(session.unread, session.greeted);
      }
      done();
    },
    async final(done) {
      await close();
      stream.push(null);
      done();
    },
    async destroy(error, done) {
      await close();
      done(error);
    },
  });
  sessions.open.add(stream);
  return asSocket(stream);
}

/** What node-postgres expects of a `net.Socket` beyond a stream. */
function asSocket(stream: Duplex): Duplex {
  const self = (): Duplex => stream;
  const connect = (): Duplex => {
    process.nextTick(() => stream.emit('connect'));
    return stream;
  };
  return Object.assign(stream, { connect, setNoDelay: self, setKeepAlive: self, ref: self, unref: self });
}
