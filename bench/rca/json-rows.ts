/** Untyped JSON of recorded sets, read with a plain error where a field is not what it should be. */
export type Row = { readonly [name: string]: unknown };

export const isRow = (value: unknown): value is Row =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A list of objects; `place` names the file in the error. */
export function rowsOf(value: unknown, place: string): readonly Row[] {
  if (!Array.isArray(value)) throw new Error(`${place}: expected a list.`);
  return value.map((row, at) => {
    if (!isRow(row)) throw new Error(`${place}, entry ${at + 1}: expected an object.`);
    return row;
  });
}

export function rowOf(value: unknown, place: string): Row {
  if (!isRow(value)) throw new Error(`${place}: expected an object.`);
  return value;
}

/** The text of a field; empty when it is absent. */
export const textOf = (row: Row, name: string): string => {
  const value = row[name];
  return typeof value === 'string' ? value : '';
};

export const numberOf = (row: Row, name: string): number => {
  const value = row[name];
  return typeof value === 'number' ? value : Number.NaN;
};

/** Milliseconds of an ISO time, taken as UTC when it names no zone. Throws when it is no time. */
export function timeOf(row: Row, name: string, place: string): number {
  const text = textOf(row, name);
  const atMs = Date.parse(/[Zz]$|[+-]\d\d:?\d\d$/u.test(text) ? text : `${text}Z`);
  if (Number.isNaN(atMs)) throw new Error(`${place}: "${name}" is "${text}"; expected an ISO 8601 time.`);
  return atMs;
}
