import type { InitialFile } from '../changes.ts';
import type { HarmlessScript } from './source.ts';

/** What is particular to one service. Paths are relative to it. */
export type DomainCode = {
  readonly service: string;
  readonly title: string;
  readonly files: readonly InitialFile[];
  readonly harmless: readonly HarmlessScript[];
};
