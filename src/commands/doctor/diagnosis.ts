/** One line of `doctor`. `off` and `unknown` are no problem, only said. */
export type Diagnosis = {
  /** "github: scopes", "datadog_logs", "slack". */
  readonly name: string;
  readonly state: 'ok' | 'off' | 'unknown' | 'problem';
  readonly says: string;
  readonly fix: string | null;
};

export const problem = (name: string, says: string, fix: string | null = null): Diagnosis => ({
  name,
  state: 'problem',
  says,
  fix,
});
export const fine = (name: string, says: string): Diagnosis => ({ name, state: 'ok', says, fix: null });
export const isOff = (name: string, says: string, fix: string): Diagnosis => ({ name, state: 'off', says, fix });
