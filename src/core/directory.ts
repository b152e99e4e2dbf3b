import type { Catalogue, DirectoryPerson } from './catalogue.ts';

/** The directory person behind a platform account, or null: unknown people may talk but decide nothing. */
export function personOf(catalogue: Catalogue, platform: string, account: string): DirectoryPerson | null {
  return catalogue.people.find((person) => person.accounts[platform] === account) ?? null;
}

export const groupsOf = (catalogue: Catalogue, personId: string): readonly string[] =>
  catalogue.groups.filter((group) => group.members.includes(personId)).map((group) => group.id);

/** The groups whose members may break the glass: the catalogue's one, or none. */
export const breakGlassGroups = ({ breakGlass }: Catalogue): readonly string[] =>
  breakGlass === undefined || breakGlass === null ? [] : [breakGlass];

/** Everybody who may break the glass. */
export function breakGlassPeople(catalogue: Catalogue): readonly DirectoryPerson[] {
  const chosen = breakGlassGroups(catalogue);
  return catalogue.people.filter(({ id }) => groupsOf(catalogue, id).some((group) => chosen.includes(group)));
}

/** Everybody who may be asked to approve a change to a service: members of its owner groups, and who is on call. */
export function approversOf(catalogue: Catalogue, serviceId: string): readonly DirectoryPerson[] {
  const owners = catalogue.services.find((service) => service.id === serviceId)?.owners ?? [];
  const members = new Set(
    catalogue.groups.filter((group) => owners.includes(group.id)).flatMap((group) => group.members),
  );
  return catalogue.people.filter((person) => person.onCall || members.has(person.id));
}
