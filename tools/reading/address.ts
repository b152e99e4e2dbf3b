import { z } from 'zod';

const isBare = (text: string): boolean => {
  const { protocol, username, password, search, hash } = new URL(text);
  return /^https?:$/u.test(protocol) && username + password + search + hash === '';
};

/** Address of a vendor's API or web application. Links are built from it, so it must not hold credentials. */
export const address = z.url().refine((text) => !URL.canParse(text) || isBare(text), {
  message: 'give an http or https address without credentials, query or fragment; credentials have their own variables',
});
