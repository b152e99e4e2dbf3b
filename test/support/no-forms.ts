import type { FormDesk } from '../../src/ports.ts';

/** For adapters whose test is about something else: no line wants a form, and none opens. */
export const noForms: FormDesk = {
  wanted: () => false,
  open: () => Promise.resolve({ kind: 'refused', what: 'No forms here', fix: 'Use text.' }),
  read: () => Promise.resolve({ kind: 'refused', what: 'No forms here', fix: 'Use text.' }),
};
