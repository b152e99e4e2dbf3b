import type { Place } from './incident.ts';
import type { Tainted } from './tainted.ts';

/** What a person answers a field with. Every platform draws it with its own control. */
export type FormControl =
  | { readonly kind: 'text'; readonly maxLength: number; readonly pattern: string }
  | { readonly kind: 'number'; readonly min: number; readonly max: number; readonly integer: boolean }
  | { readonly kind: 'choice'; readonly options: readonly string[] }
  /** Answered by `true` or `false`; nothing is chosen unless it was given. */
  | { readonly kind: 'yes-no' };

export type FormField = {
  /** Names the field in what comes back: letters, digits, `_` and `-`, at most 40. */
  readonly name: string;
  readonly label: string;
  readonly hint: string;
  readonly required: boolean;
  readonly control: FormControl;
  /** What is filled in: a default, a suggestion, or what the person typed before. */
  readonly value: Tainted | null;
  /** What is wrong with it, for the person who typed it. */
  readonly error: string | null;
};

/** A form, said once for all platforms: they only draw and read it. Made by code from files people wrote. */
export type Form = {
  readonly title: string;
  readonly lead: string;
  readonly fields: readonly FormField[];
  /** Label of the button that sends it, at most 24 characters. */
  readonly submit: string;
  /** Comes back with what was typed: what the form is for, and proof that we made it for this person. */
  readonly seal: string;
};

/** What was typed, by field. A field nobody touched may be missing. */
export type FormAnswers = { readonly [field: string]: Tainted };

/** Who asks for a form and where, by which command line, Fill In button or page of ours. */
export type FormAsking<Actor> = {
  readonly actor: Actor;
  readonly place: Place;
  readonly by:
    | { readonly line: Tainted }
    | { readonly button: string; readonly chosen: string | null }
    | { readonly incident: string; readonly runbook: string };
};

/** What a person is told instead of a form. */
export type FormRefusal = { readonly kind: 'refused'; readonly what: string; readonly fix: string };

export type FormOpening = { readonly kind: 'form'; readonly form: Form } | FormRefusal;

export type FormSent<Actor> = {
  readonly actor: Actor;
  readonly seal: string;
  readonly answers: FormAnswers;
  readonly atMs: number;
};

/** `accepted`: hand it to the intake. `wrong`: the form again, with what was typed and what is wrong at its fields. */
export type FormReading<Accepted> =
  | { readonly kind: 'accepted'; readonly inbound: Accepted }
  | { readonly kind: 'wrong'; readonly form: Form }
  | FormRefusal;

const prefix = 'field_';

/** What a platform calls a form's field. */
export const formField = (name: string): string => `${prefix}${name}`;

/** What was typed into our fields, among everything that came back. Longer than any field takes is cut, and then refused. */
export function answersIn(fields: { readonly [name: string]: unknown }): FormAnswers {
  const said = Object.entries(fields).flatMap(([name, value]) => {
    const field = name.startsWith(prefix) ? name.slice(prefix.length) : '';
    const text = typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
    return /^[a-z][\w-]{0,39}$/iu.test(field) && typeof text === 'string'
      ? [[field, { untrusted: text.slice(0, answerMax) }] as const]
      : [];
  });
  return Object.fromEntries(said);
}

const answerMax = 4_000;
