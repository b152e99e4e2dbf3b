/** The Web API, called through our own schedule: the SDK's queue would stop everything on one 429. */
import { LogLevel, webApi } from '@slack/bolt';
import type { Logger } from 'pino';
import type { Method } from './methods.ts';
import { createSchedule, type Job } from './schedule.ts';

const { WebClient, WebAPIPlatformError, WebAPIRateLimitedError, WebAPIRequestError, WebAPIHTTPError } = webApi;

export type Call = Omit<Job<unknown>, 'run' | 'channel'> & { readonly arguments: Readonly<Record<string, unknown>> };

export type SlackClient = {
  /** The answer, unread; rejects with the SDK's error classes. */
  call(call: Call): Promise<unknown>;
  upload(file: {
    channel: string;
    thread: string | null;
    filename: string;
    title: string;
    text: string;
  }): Promise<void>;
  stop(): void;
};

export const clientOptions = (apiUrl: string | null): webApi.WebClientOptions => ({
  rejectRateLimitedCalls: true,
  timeout: 10_000,
  retryConfig: { retries: 0 },
  logLevel: LogLevel.ERROR,
  ...(apiUrl === null ? {} : { slackApiUrl: apiUrl.endsWith('/') ? apiUrl : `${apiUrl}/` }),
});

export function createSlackClient(botToken: string, apiUrl: string | null, log: Logger): SlackClient {
  const web = new WebClient(botToken, clientOptions(apiUrl));
  const schedule = createSchedule((error) => {
    if (!(error instanceof WebAPIRateLimitedError)) return null;
    log.warn({ retryAfterSeconds: error.retryAfter }, 'Slack asked for a pause');
    return error.retryAfter * 1_000;
  });
  return {
    call: ({ arguments: sent, ...job }) =>
      schedule.do({
        ...job,
        channel: typeof sent['channel'] === 'string' ? sent['channel'] : null,
        run: () => web.apiCall(job.method, sent),
      }),
    async upload({ channel, thread, filename, title, text }) {
      const file = { channel_id: channel, filename, title, content: text };
      const method: Method = 'files.completeUploadExternal';
      const run = () => web.filesUploadV2(thread === null ? file : { ...file, thread_ts: thread });
      await schedule.do({ method, channel, urgent: false, run });
    },
    stop: () => schedule.stop(),
  };
}

/** Slack's own error code, e.g. `not_in_channel`; null when the call failed in another way. */
export const refusalOf = (error: unknown): string | null =>
  error instanceof WebAPIPlatformError ? error.data.error : null;

/** The call may or may not have had its effect: no answer, or a server error. */
export const isUncertain = (error: unknown): boolean =>
  error instanceof WebAPIRequestError || (error instanceof WebAPIHTTPError && error.statusCode >= 500);
