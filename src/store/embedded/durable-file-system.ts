import { closeSync, fsyncSync, openSync } from 'node:fs';
import { PGlite } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';
import { z } from 'zod';

/**
 * Postgres as shipped in PGlite starts with `-F`, which turns every flush off, and with 160 MB of shared buffers, which
 * one small process does not need.
 */
export const durableStartParameters: readonly string[] = [
  ...PGlite.defaultStartParams.filter((parameter) => parameter !== '-F'),
  '-c',
  'wal_sync_method=fsync',
  '-c',
  'shared_buffers=16MB',
  '-c',
  'min_wal_size=32MB',
];

type OpenFile = { readonly nfd?: number; readonly node: unknown };
type NodeFileSystem = {
  readonly realPath: (node: unknown) => string;
  readonly stream_ops: { fsync?: (file: OpenFile) => number };
};

const mountable = z.object({
  NODEFS: z.custom<NodeFileSystem>((value) => typeof value === 'object' && value !== null && 'stream_ops' in value),
});

/** Directories have no descriptor in the emulated file system: they are opened on the host for the flush. */
function flush(files: NodeFileSystem, file: OpenFile): void {
  if (file.nfd !== undefined) {
    fsyncSync(file.nfd);
    return;
  }
  const descriptor = openSync(files.realPath(file.node), 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

// A class because PGlite only takes file systems that extend its own.
class DurableNodeFS extends NodeFS {
  flushes = 0;

  override async init(...[backend, options]: Parameters<NodeFS['init']>): ReturnType<NodeFS['init']> {
    const prepared = await super.init(backend, options);
    const addFlush = (module: unknown): void => {
      const { NODEFS: files } = mountable.parse(module);
      files.stream_ops.fsync = (file) => {
        flush(files, file);
        this.flushes += 1;
        return 0;
      };
    };
    prepared.emscriptenOpts.preRun = [...(prepared.emscriptenOpts.preRun ?? []), addFlush];
    return prepared;
  }
}

/** A directory of the host as PGlite's disk, with the flushes that PGlite leaves out. `flushes` counts them. */
export function durableFileSystem(directory: string): { readonly files: NodeFS; readonly flushes: () => number } {
  const files = new DurableNodeFS(directory);
  return { files, flushes: () => files.flushes };
}
