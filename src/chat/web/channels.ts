import type { WebOptions } from './options.ts';

/** Channels that are set up, then those where something was said. */
export async function channelNames(options: WebOptions): Promise<readonly string[]> {
  return (await channelsByUse(options)).map(({ channel }) => channel);
}

export async function channelsByUse({
  chatLog,
  channels,
}: WebOptions): Promise<readonly { readonly channel: string; readonly lastAtMs: number | null }[]> {
  const used = await chatLog.channels();
  const fixed = (channels ?? ['incidents']).map((channel) => ({
    channel,
    lastAtMs: used.find((each) => each.channel === channel)?.lastAtMs ?? null,
  }));
  return [...fixed, ...used.filter(({ channel }) => !fixed.some((each) => each.channel === channel))];
}
