import type { App, ReceiverEvent } from '@slack/bolt';
import type { Logger } from 'pino';
import type { Intake } from '../../ports.ts';
import { answerForm, askingOf, type Desk, type Offer } from './offer-form.ts';
import { parse, type Reading } from './parse.ts';
import { type ReasonForm, reasonCallback } from './reason-form.ts';
import { formCallback } from './runbook-view.ts';

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
  readonly forms: Desk;
  /** Opens a runbook's form, or hands the delivery on; must not reject. */
  readonly offer: (offer: Offer) => Promise<void>;
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
  app.view(formCallback, async ({ body, ack }) => {
    const answer = await answerForm(body, handling);
    await (answer === undefined ? ack() : ack(answer));
  });
  app.action(/.*/u, async ({ body, ack }) => {
    await commit(body, handling);
    await ack();
  });
}

async function commit(body: unknown, handling: Handling): Promise<void> {
  const { reading, intake, log, join, openForm } = handling;
  const parsed = parse(body, reading);
  switch (parsed.type) {
    case 'form':
      // A click must not get lost with its form: it counts without a reason, and the flow says if it needs one.
      if (!(await openForm(parsed.form))) await intake(parsed.inbound);
      return;
    case 'inbound': {
      const asking = parsed.trigger === undefined ? null : askingOf(parsed.inbound, handling.forms);
      if (parsed.trigger !== undefined && asking !== null) {
        // Not awaited: the form opens after Slack was answered. Nothing is done by it, so losing one costs a click.
        void handling.offer({ trigger: parsed.trigger, asking, inbound: parsed.inbound });
        return;
      }
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
 * would lose them; Slack delivers again what nobody acknowledged. What a listener answered goes with it. Rejects,
 * unacknowledged, when a listener failed.
 */
export async function processThenAcknowledge(app: App, event: ReceiverEvent): Promise<void> {
  let answer: Parameters<ReceiverEvent['ack']>[0];
  const keep: ReceiverEvent['ack'] = (given) => {
    answer = given;
    return Promise.resolve();
  };
  await app.processEvent({ ...event, ack: keep });
  await event.ack(answer);
}
