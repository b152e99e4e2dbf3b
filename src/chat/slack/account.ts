import { z } from 'zod';
import type { ChatPlatform } from '../../ports.ts';
import { refusalOf, type SlackClient } from './client.ts';

type Account = Awaited<ReturnType<ChatPlatform['account']>>;

const answer = z.object({
  user: z.object({
    id: z.string(),
    team_id: z.string().optional(),
    name: z.string().default(''),
    real_name: z.string().optional(),
    deleted: z.boolean().default(false),
    is_bot: z.boolean().default(false),
    is_restricted: z.boolean().default(false),
    is_ultra_restricted: z.boolean().default(false),
    is_stranger: z.boolean().default(false),
    profile: z.object({ display_name: z.string().optional() }).optional(),
    enterprise_user: z.object({ teams: z.array(z.string()).optional() }).nullish(),
  }),
});
type User = z.infer<typeof answer>['user'];

/** What Slack says of a person now. Slack Connect people, bots and unknown accounts are strangers. */
export async function readAccount(
  client: SlackClient,
  team: string,
  actor: { readonly tenant: string; readonly account: string },
): Promise<Account> {
  try {
    const call = { method: 'users.info', urgent: true, arguments: { user: actor.account } } as const;
    const { user } = answer.parse(await client.call(call));
    const name = user.profile?.display_name || user.real_name || user.name || user.id;
    return { name, standing: standingOf(user, team) };
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === 'user_not_found' || refusal === 'user_not_visible') {
      return { name: actor.account, standing: 'stranger' };
    }
    throw error;
  }
}

function standingOf(user: User, team: string): Account['standing'] {
  if (user.deleted) return 'inactive';
  if (user.is_stranger || user.is_bot || !belongs(user, team)) return 'stranger';
  return user.is_restricted || user.is_ultra_restricted ? 'guest' : 'member';
}

/** In an Enterprise Grid the home team may be another one of the same organisation. */
const belongs = (user: User, team: string): boolean =>
  user.team_id === team || (user.enterprise_user?.teams?.includes(team) ?? false);
