/**
 * Every Web API method this adapter calls, its rate and the scope it needs. The manifest test holds `manifest.yml` to
 * this list. Rates per minute: https://docs.slack.dev/apis/web-api/rate-limits (tiers 2, 3, 4: 20, 50, 100).
 */
export type MethodLimit = {
  readonly perMinute: number;
  /** How many may go at once after a quiet minute. */
  readonly burst: number;
  /** Slack counts this method per channel. */
  readonly byChannel: boolean;
  readonly scope: string | null;
};

const tier = (perMinute: number, scope: string | null): MethodLimit => ({
  perMinute,
  burst: Math.ceil(perMinute / 5),
  byChannel: false,
  scope,
});

export const methods = {
  'auth.test': tier(100, null),
  // One message per second and channel, with short bursts allowed by the documentation.
  'chat.postMessage': { perMinute: 60, burst: 2, byChannel: true, scope: 'chat:write' },
  'chat.postEphemeral': tier(100, 'chat:write'),
  'chat.update': tier(50, 'chat:write'),
  'conversations.history': tier(50, 'channels:history'),
  'conversations.replies': tier(50, 'channels:history'),
  'conversations.join': tier(50, 'channels:join'),
  'conversations.info': tier(50, 'channels:read'),
  'conversations.members': tier(100, 'channels:read'),
  'conversations.list': tier(20, 'channels:read'),
  'users.info': tier(100, 'users:read'),
  'views.open': tier(100, null),
  // Stands for getUploadURLExternal, the upload and completeUploadExternal, which the SDK's filesUploadV2 does.
  'files.completeUploadExternal': tier(100, 'files:write'),
} as const satisfies { readonly [method: string]: MethodLimit };

export type Method = keyof typeof methods;
