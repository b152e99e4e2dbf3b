/** What a team's alerting does in the local channel: posts the monitor's message once. Same door as any person's words. */
import { speak } from './chat/web/speak.ts';
import type { System } from './compose.ts';

export async function postAlert(
  system: System,
  alert: { readonly channel: string; readonly text: string },
): Promise<void> {
  const { chatLog, intake, world } = system;
  await speak(
    { chatLog, intake, clock: world.clock },
    {
      channel: alert.channel,
      root: null,
      text: alert.text,
      key: `alert:${alert.channel}`,
      author: { kind: 'app', id: 'datadog', name: 'Datadog', account: 'datadog' },
    },
  );
}
