type SignIn = { readonly user: string | undefined; readonly token: string | undefined };

/** Basic where there is a user (RFC 7617), else bearer (RFC 6750), else none. */
export function authorization({ user, token }: SignIn): { readonly authorization?: string } {
  if (user !== undefined) {
    return { authorization: `Basic ${Buffer.from(`${user}:${token ?? ''}`).toString('base64')}` };
  }
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}
