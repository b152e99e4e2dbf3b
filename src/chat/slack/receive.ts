import type { App, ReceiverEvent } from '@slack/bolt';
import type { Logger } from 'pino';
import type { Intake } from '../../ports.ts';
import { parse, type Reading } from './parse.ts';
import { type ReasonForm, reasonCallback } from './reason-form.ts';

/** The slash command of `manifest.yml`. */
export const slashCommand = '/sre';

/** Every event of `manifest.yml` this adapter listens to. */
export const botEvents = ['app_mention', 'message', 'member_joined_channel', 'channel_created'] as const;

export type Handling = {
  readonly reading: Reading;
  readonly intake: Intake;
  readonly log: Logger;
  /** Joins a channel; must not reject. */
  readonly join: (channel: string) => Promise<void>;
  /** Shows the form; false when it could not. Must not reject. */
  readonly openForm: (form: ReasonForm) => Promise<boolean>;
};

/** Registers one listener per kind of delivery. Each commits durably, then lets the receiver acknowledge. */
export function listenTo(app: App, handling: Handling): void {
  for (const event of botEvents) app.event(event, ({ body }) => commit(body, handling));
  app.command(slashCommand, async ({ body, ack }) => {
    await commit(body, handling);
    await ack();
  });
  app.view(reasonCallback, async ({ body, ack }) => {
    await commit(body, handling);
    await ack();
  });
  app.action(/.*/u, async ({ body, ack }) => {
    await commit(body, handling);
    await ack();
  });
}

async function commit(body: unknown, { reading, intake, log, join, openForm }: Handling): Promise<void> {
  const parsed = parse(body, reading);
  switch (parsed.type) {
    case 'form':
      // A click must not get lost with its form: it counts without a reason, and the flow says if it needs one.
      if (!(await openForm(parsed.form))) await intake(parsed.inbound);
      return;
    case 'inbound': {
      const first = await intake(parsed.inbound);
      if (!first) log.debug({ key: parsed.inbound.key }, 'Slack delivered this before');
      return;
    }
    case 'join':
      // Not awaited: joining is repeated at every start, so losing one costs nothing and the answer stays fast.
      void join(parsed.channel);
      return;
    case 'ignored':
      log.debug({ because: parsed.because }, 'Ignored a Slack delivery');
  }
}

/**
 * Runs the listeners, then acknowledges. Bolt would acknowledge events before the listeners ran, and a crash in between
 * would lose them; Slack delivers again what nobody acknowledged. Rejects, unacknowledged, when a listener failed.
 */
export async function processThenAcknowledge(app: App, event: ReceiverEvent): Promise<void> {
  await app.processEvent({ ...event, ack: () => Promise.resolve() });
  await event.ack();
}
