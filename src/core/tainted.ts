/**
 * Text that somebody outside can write: log lines, commit titles, alert texts, chat messages, model prose.
 * It is an object, not a string, so that joining it into a sentence does not compile. Only the
 * renderers' `plain-text.ts` and the model's prompt builder read it (`reveal`); the tidy test holds that.
 */
export type Tainted = { readonly untrusted: string };

export const taint = (untrusted: string): Tainted => ({ untrusted });
