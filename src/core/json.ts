/** A value that survives JSON: what evidence results, plans and audit bodies are made of. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
